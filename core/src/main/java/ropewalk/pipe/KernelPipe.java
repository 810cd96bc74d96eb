package ropewalk.pipe;

import java.io.IOException;
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

  /// Ranges of one gathered write.
  private static final int PIECES = 64;

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

  /// Moves at most `limit` bytes off the front of `pipe` into this one by one gathered write; the
  /// kernel copies them. Doesn't wait. Answers how many went, 0 if there are none, or
  /// [Pipe#NOT_NOW] when this pipe is full; what did not go is in front of `pipe` as before.
  public long fillFrom(Pipe pipe, long limit, Tally tally) throws IOException {
    try (Hold hold = new Hold(PIECES);
        Scratch iov = new Scratch((long) PIECES * Iovec.SIZE)) {
      long inHand = hold.take(pipe, limit);
      if (inHand == 0) {
        return 0;
      }
      int count = hold.pipe().gather(iov.address(), PIECES, inHand);
      int number = source.enter();
      long went;
      try {
        went = syscalls.pwritev2(number, iov.address(), count, -1, 0);
      } finally {
        source.exit();
      }
      if (went == Pipe.NOT_NOW) {
        return went;
      }
      LinuxException.check(went, "pwritev2", "fd", source, "pieces", count);
      markDirty();
      hold.pipe().consume(went);
      tally.addKernel(went);
      return went;
    }
  }

  /// Moves at most `limit` bytes out of this pipe to the end of `pipe`, in one folio of `pool`; the
  /// kernel copies them. Doesn't wait for bytes. Answers how many came, 0 if `pipe` has no slot, -1
  /// at the end, or [Pipe#NOT_NOW] when this pipe is empty.
  public long drainTo(Pipe pipe, FolioPool pool, long limit, Tally tally) throws IOException {
    if (limit == 0 || !pipe.hasRoom()) {
      return 0;
    }
    int length = (int) Math.min(limit, Math.min(size, FolioPool.FOLIO_MAX));
    PageRef folio = pool.take(length, FolioClass.RING);
    boolean isTaken = false;
    try {
      int number = sink.enter();
      long came;
      try {
        came = syscalls.read(number, folio.address(), length);
      } finally {
        sink.exit();
      }
      if (came == Pipe.NOT_NOW || came == 0) {
        return came == 0 ? -1 : came;
      }
      LinuxException.check(came, "read", "fd", sink, "length", length);
      folio.publish((int) came);
      isTaken = true;
      pipe.push(folio); // waits only if somebody else took the slot: the bytes are nowhere else
      tally.addKernel(came);
      return came;
    } finally {
      if (!isTaken) {
        folio.close();
      }
    }
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
