package ropewalk.pipe;

import java.io.IOException;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;

/// A pipe of the kernel's, both ends of it, for routes that splice.
///
/// ```
///   splice(file, source end)   +------------------+   splice(sink end, socket)
///   ------------------------->  |  kernel's slots  |  ------------------------->
///                               +------------------+
/// ```
///
/// What a failed or cut splice leaves behind in it would come out in front of the next user's
/// bytes. So whoever begins marks it *dirty*, and clean only when as many bytes came out as went
/// in; a dirty pipe is never used again, it is closed.
///
/// Not shared: one user at a time. Both ends are non-blocking and closed on exec.
public final class KernelPipe implements AutoCloseable {

  private final Syscalls syscalls;
  private final Fd sink;
  private final Fd source;
  private int size;
  private boolean dirty;

  private KernelPipe(Syscalls syscalls, Fd sink, Fd source, int size) {
    this.syscalls = syscalls;
    this.sink = sink;
    this.source = source;
    this.size = size;
  }

  /// Opens a pipe of the kernel's own default size.
  public static KernelPipe open(Syscalls syscalls) throws IOException {
    long pair =
        LinuxException.check(
            syscalls.pipe2(Open.O_NONBLOCK | Open.O_CLOEXEC), "pipe2", "flags", "NONBLOCK|CLOEXEC");
    Fd sink = new Fd(syscalls, Syscalls.first(pair), "pipe, read end");
    Fd source = new Fd(syscalls, Syscalls.second(pair), "pipe, write end");
    try {
      int size =
          (int)
              LinuxException.check(
                  syscalls.fcntl(source.number(), Fcntl.F_GETPIPE_SZ, 0),
                  "fcntl",
                  "fd",
                  source.number(),
                  "command",
                  "GETPIPE_SZ");
      return new KernelPipe(syscalls, sink, source, size);
    } catch (IOException e) {
      sink.close();
      source.close();
      throw e;
    }
  }

  /// The end that bytes come out of.
  public Fd sink() {
    return sink;
  }

  /// The end that bytes go into.
  public Fd source() {
    return source;
  }

  /// How many bytes of whole pages it holds at most.
  public int size() {
    return size;
  }

  /// Asks for another size. Refusal is a plain answer: beyond `/proc/sys/fs/pipe-max-size`, or with
  /// too many pages in the user's pipes already, the size stays as it is and the answer is that.
  public int resize(int bytes) throws IOException {
    int number = source.enter();
    try {
      int answer = syscalls.fcntl(number, Fcntl.F_SETPIPE_SZ, bytes);
      if (answer > 0) {
        size = answer;
      }
      return size;
    } finally {
      source.exit();
    }
  }

  /// Whether bytes may be in it.
  public boolean isDirty() {
    return dirty;
  }

  /// Before the first byte goes in.
  public void markDirty() {
    dirty = true;
  }

  /// When as many bytes have come out as went in.
  public void markClean() {
    dirty = false;
  }

  /// Closes both ends.
  @Override
  public void close() {
    source.close();
    sink.close();
  }

  /// For messages.
  @Override
  public String toString() {
    return "kernel pipe %d -> %d, %d KiB%s"
        .formatted(source.number(), sink.number(), size >> 10, dirty ? ", dirty" : "");
  }
}
