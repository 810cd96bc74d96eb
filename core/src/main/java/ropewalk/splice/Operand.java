package ropewalk.splice;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.pipe.PipeEnd;

/// What one of the kernel's verbs is given in the place of a descriptor: an end of a pipe of ours,
/// or a file. It answers what the kernel asks of a descriptor before it moves a byte.
public final class Operand {

  private static final int MODES = Open.O_ACCMODE | Open.O_APPEND;

  private final @Nullable PipeEnd pipe;
  private final @Nullable Positional file;
  private final int mode;

  private Operand(@Nullable PipeEnd pipe, @Nullable Positional file, int mode) {
    this.pipe = pipe;
    this.file = file;
    this.mode = mode;
  }

  /// An end of a pipe.
  public static Operand of(PipeEnd end) {
    return new Operand(end, null, end.isSource() ? Open.O_WRONLY : Open.O_RDONLY);
  }

  /// A file, opened with `O_RDONLY`, `O_WRONLY` or `O_RDWR`, and perhaps `O_APPEND`.
  public static Operand of(Positional file, int mode) {
    if ((mode & ~MODES) != 0 || (mode & Open.O_ACCMODE) == Open.O_ACCMODE) {
      throw new IllegalArgumentException("unknown modes: 0x" + Integer.toHexString(mode));
    }
    return new Operand(null, file, mode);
  }

  /// The end of a pipe, or null if it is a file.
  @Nullable PipeEnd pipe() {
    return pipe;
  }

  /// The file, or null if it is a pipe.
  @Nullable Positional file() {
    return file;
  }

  boolean isAppending() {
    return (mode & Open.O_APPEND) != 0;
  }

  boolean isClosed() {
    return pipe != null && pipe.isClosed();
  }

  /// Throws EBADF if it is closed.
  void demandOpen(String call) throws IOException {
    if (isClosed()) {
      throw refuse(Errno.EBADF, call);
    }
  }

  /// Throws EBADF unless bytes can come out.
  void demandReadable(String call) throws IOException {
    if (isClosed() || (mode & Open.O_ACCMODE) == Open.O_WRONLY) {
      throw refuse(Errno.EBADF, call);
    }
  }

  /// Throws EBADF unless bytes can go in.
  void demandWritable(String call) throws IOException {
    if (isClosed() || (mode & Open.O_ACCMODE) == Open.O_RDONLY) {
      throw refuse(Errno.EBADF, call);
    }
  }

  /// Throws ESPIPE if it is a pipe and an offset is given.
  void demandOffset(String call, long offset) throws IOException {
    if (pipe != null && offset != Verbs.NO_OFFSET) {
      throw refuse(Errno.ESPIPE, call);
    }
  }

  LinuxException refuse(int errno, String call) {
    return LinuxException.of(-errno, call, "operand", this);
  }

  @Override
  public String toString() {
    return String.valueOf(pipe == null ? file : pipe);
  }
}
