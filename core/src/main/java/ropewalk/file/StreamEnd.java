package ropewalk.file;

import java.io.IOException;
import java.nio.file.Path;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A descriptor that is a stream of bytes: standard input and output, a FIFO, a terminal, a
/// character device. Whatever it is, it has no positions of ours, and bytes that were read are gone
/// from it.
///
/// *Inherited* descriptors share their open file description with the shell and with whoever else
/// it started. Setting O_NONBLOCK there would set it for all of them (and for the shell, after we
/// are gone), so it is left as it is, and single calls are told not to wait ([Calls]). Descriptors
/// that we opened are ours alone and made non-blocking.
public final class StreamEnd implements Source, Sink, End {
  /// What is asked of a stream at once: a pipe of the kernel holds 64 KiB unless told otherwise.
  private static final int CHUNK = 64 << 10;

  /// Pieces of one gathered write: the slots of any pipe of ours, several times over.
  private static final int PIECES = 64;

  private final FolioPool pool;
  private final Fd fd;
  private final Kind kind;
  private final boolean isNonBlocking;
  private final StreamCalls calls;
  private final Hold hold = new Hold(PIECES);

  private StreamEnd(Engine engine, FolioPool pool, Fd fd, Kind kind, boolean isNonBlocking) {
    this.pool = pool;
    this.fd = fd;
    this.kind = kind;
    this.isNonBlocking = isNonBlocking;
    this.calls = new StreamCalls(engine, fd, kind, isNonBlocking);
  }

  /// A stream over a descriptor that belongs to the process, such as 0 and 1. It is duplicated, so
  /// closing the stream leaves the number open.
  public static StreamEnd inherited(Engine engine, FolioPool pool, int number, String what)
      throws IOException {
    long duplicate = engine.syscalls().fcntl(number, Fcntl.F_DUPFD_CLOEXEC, 0);
    Fd fd = Fd.of(engine.syscalls(), duplicate, what, "fcntl", "fd", number + " " + what);
    return made(engine, pool, fd, false);
  }

  /// Opens a FIFO or a character device for reading or for writing. A FIFO is waited for until
  /// somebody has its other end.
  public static StreamEnd open(Engine engine, FolioPool pool, Path path, boolean isTarget)
      throws IOException {
    int flags = (isTarget ? Open.O_WRONLY : Open.O_RDONLY) | Open.O_NOCTTY;
    Fd fd = Opening.open(engine, Open.AT_FDCWD, path.toString(), flags, 0, 0);
    return made(engine, pool, fd, true);
  }

  private static StreamEnd made(Engine engine, FolioPool pool, Fd fd, boolean isOurs)
      throws IOException {
    boolean isMade = false;
    try {
      Kind kind = kind(FileStatus.of(fd), fd);
      boolean isNonBlocking = isOurs && kind != Kind.FILE;
      if (isNonBlocking) {
        makeNonBlocking(engine.syscalls(), fd);
      }
      StreamEnd end = new StreamEnd(engine, pool, fd, kind, isNonBlocking);
      isMade = true;
      return end;
    } finally {
      if (!isMade) {
        fd.close();
      }
    }
  }

  private static Kind kind(FileStatus status, Fd fd) throws IOException {
    if (status.isRegular()) {
      return Kind.FILE;
    }
    if (status.isPipe()) {
      return Kind.PIPE;
    }
    if (status.isSocket()) {
      return Kind.UNIX;
    }
    if (status.isDirectory()) {
      throw new IOException(fd + " is a directory, not a stream of bytes");
    }
    return Kind.CHARACTER;
  }

  private static void makeNonBlocking(Syscalls syscalls, Fd fd) throws IOException {
    int number = fd.enter();
    try {
      long flags =
          LinuxException.check(
              syscalls.fcntl(number, Fcntl.F_GETFL, 0), "fcntl", "fd", fd, "command", "F_GETFL");
      LinuxException.check(
          syscalls.fcntl(number, Fcntl.F_SETFL, flags | Open.O_NONBLOCK),
          "fcntl",
          "fd",
          fd,
          "command",
          "F_SETFL");
    } finally {
      fd.exit();
    }
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    calls.awaitBytes();
    PageRef folio = pool.take((int) Math.min(limit, CHUNK), FolioClass.RING);
    boolean isTaken = false;
    try (Scratch iov = new Scratch(Iovec.SIZE)) {
      Iovec.set(iov.address(), 0, folio.address(), Math.min(limit, folio.length()));
      long got = calls.read(iov.address(), 1);
      if (got == 0) {
        return Source.END;
      }
      folio.publish((int) got);
      isTaken = true;
      pipe.push(folio); // waits only if somebody else took the slot: the bytes are nowhere else
      tally.addKernel(got);
      return got;
    } finally {
      if (!isTaken) {
        folio.close();
      }
    }
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long inHand = hold.take(pipe, limit);
    if (inHand == 0) {
      return 0;
    }
    try (Scratch iov = new Scratch((long) PIECES * Iovec.SIZE)) {
      int count = hold.pipe().gather(iov.address(), PIECES, inHand);
      long written = calls.write(iov.address(), count);
      hold.pipe().consume(written);
      tally.addKernel(written);
      return written;
    } finally {
      hold.giveBack();
    }
  }

  @Override
  public End sourceEnd() {
    return this;
  }

  @Override
  public End sinkEnd() {
    return this;
  }

  @Override
  public String wayIn() {
    return "read";
  }

  @Override
  public String wayOut() {
    return "write";
  }

  @Override
  public Fd fd() {
    return fd;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  /// The descriptor keeps its position, and shares it with whoever it is shared with.
  @Override
  public long position() {
    return -1;
  }

  @Override
  public void advance(long bytes) {}

  @Override
  public boolean isNonBlocking() {
    return isNonBlocking;
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "StreamEnd[" + fd + "]";
  }
}
