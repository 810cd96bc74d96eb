package ropewalk.net;

import static java.lang.Math.max;
import static java.lang.Math.min;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Splices;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Source;

/// A parcel that is a whole kernel pipe: its read end travels, its pages stay where they are.
///
/// ```
///   slots ──vmsplice──► kernel pipe ─ read end ─► SCM_RIGHTS ─► another process ──splice──► on
///     │   nothing is copied │  its write end is closed before it travels: it has an end
///     └── GIVEN from here on; a write makes a new version (rule 6)
/// ```
///
/// Pages on loan from gift memory are given, all else is copied by the kernel as a `write` would;
/// the [Tally] says which. It holds what a pipe holds, a megabyte at most, in slots of a page each;
/// so packing may be short, which is a result.
///
/// Who receives one trusts the sender in two points: the pages of a sender that is not ours may
/// change until they are read, and the end comes when its last write end is closed. Bytes come out
/// once. It is received as a source with its [End], so that splice moves on what is in it.
public final class PipeParcel implements Parcel {
  /// The largest pipe that an ordinary user gets.
  private static final int PIPE_MAX = 1 << 20;

  /// What one fill asks for: what a pipe holds unless it is told otherwise.
  private static final int CHUNK = 64 << 10;

  private static final int PIECES = 64;

  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;
  private final long packed;
  private final End end;

  private PipeParcel(Engine engine, FolioPool pool, Fd fd, long packed) {
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
    this.packed = packed;
    this.end = new ReadEnd(fd);
  }

  /// Packs the front of `pipe`, at most `limit` bytes of it, as far as a kernel pipe holds them.
  /// What is packed has left `pipe`; waits for nothing.
  ///
  /// @return a parcel of [#packed] bytes, at least one
  /// @throws IOException if not even one could be packed; `pipe` is as before then
  public static PipeParcel pack(Engine engine, FolioPool pool, Pipe pipe, long limit, Tally tally)
      throws IOException {
    Source.demandLimit(limit);
    KernelPipe through = KernelPipe.open(engine.syscalls());
    boolean isPacked = false;
    try {
      through.resize((int) min(PIPE_MAX, max(through.size(), min(limit, pipe.bytes()))));
      long packed = fill(engine.syscalls(), pool, through, pipe, limit, tally);
      if (packed == 0) {
        throw new IOException("pack(" + pipe + ", limit=" + limit + "): there is nothing in it");
      }
      through.source().close();
      isPacked = true;
      return new PipeParcel(engine, pool, through.sink(), packed);
    } finally {
      if (!isPacked) {
        through.close();
      }
    }
  }

  /// Takes `fd`, a pipe that can be read from; it stays the caller's if this throws.
  static PipeParcel checked(Engine engine, FolioPool pool, Fd fd) throws IOException {
    int number = fd.enter();
    try {
      Syscalls syscalls = fd.syscalls();
      long flags =
          LinuxException.check(
              syscalls.fcntl(number, Fcntl.F_GETFL, 0), "fcntl", "fd", fd, "command", "F_GETFL");
      if ((flags & Open.O_ACCMODE) == Open.O_WRONLY) {
        throw new IOException(fd + " is no parcel: the end of a pipe that is written to");
      }
      // It was passed to be ours, so its mode is ours to set.
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
    return new PipeParcel(engine, pool, fd, -1);
  }

  /// Bytes that were packed here; -1 for a parcel that came from elsewhere, which is known when its
  /// end comes.
  public long packed() {
    return packed;
  }

  /// Goes on until it is full; a failure after the first byte ends it as a full pipe would.
  private static long fill(
      Syscalls syscalls, FolioPool pool, KernelPipe to, Pipe pipe, long limit, Tally tally)
      throws IOException {
    long packed = 0;
    boolean mayGive = pool.mayGive();
    try (Hold hold = new Hold(PIECES);
        Scratch iov = new Scratch((long) PIECES * Iovec.SIZE)) {
      while (packed < limit) {
        long inHand = hold.take(pipe, limit - packed);
        if (inHand == 0) {
          break;
        }
        try {
          long went = step(syscalls, to, hold.pipe(), inHand, mayGive, iov.address(), tally);
          if (went < 0 && packed == 0) {
            throw LinuxException.of(went, "vmsplice", "fd", to.source(), "length", inHand);
          }
          if (went <= 0) {
            break;
          }
          packed += went;
        } finally {
          hold.giveBack();
        }
      }
    }
    return packed;
  }

  /// Gives what may be given, up to the first range that may not; else copies that one.
  private static long step(
      Syscalls syscalls,
      KernelPipe to,
      Pipe front,
      long inHand,
      boolean mayGive,
      long iov,
      Tally tally)
      throws IOException {
    int count = mayGive ? front.gatherGiven(iov, PIECES, inHand) : 0;
    if (count > 0) {
      long given;
      Fd in = to.source();
      int number = in.enter();
      try {
        do {
          given = syscalls.vmsplice(number, iov, count, Splices.SPLICE_F_NONBLOCK);
        } while (given == -Errno.EINTR);
      } finally {
        in.exit();
      }
      if (given > 0) {
        front.consume(given);
        tally.addGiven(given);
        return given;
      }
      if (given == -Errno.EAGAIN) {
        return given;
      }
      // No vmsplice in this kernel or container: a write does the same by copying.
    }
    PageRef first = front.peek();
    return first == null ? 0 : to.fillFrom(front, min(inHand, first.length()), tally);
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    PageRef folio = null;
    boolean isTaken = false;
    try {
      while (true) {
        if (folio == null) {
          folio = pool.take((int) min(limit, CHUNK), FolioClass.RING);
        }
        long got = read(folio, min(limit, folio.length()));
        if (got == -Errno.EAGAIN) {
          folio.close(); // who waits holds no memory
          folio = null;
          engine.await(fd, Poll.POLLIN, Engine.FOREVER);
          continue;
        }
        if (got == 0) {
          return END;
        }
        folio.publish((int) got);
        isTaken = true;
        pipe.push(folio); // waits only if somebody else took the slot: the bytes are nowhere else
        tally.addKernel(got);
        return got;
      }
    } finally {
      if (!isTaken && folio != null) {
        folio.close();
      }
    }
  }

  private long read(PageRef folio, long length) throws IOException {
    while (true) {
      int number = fd.enter();
      long got;
      try {
        got = engine.syscalls().read(number, folio.address(), length);
      } finally {
        fd.exit();
      }
      if (got >= 0 || got == -Errno.EAGAIN) {
        return got;
      }
      if (got != -Errno.EINTR) {
        throw LinuxException.of(got, "read", "fd", fd, "length", length);
      }
    }
  }

  @Override
  public End sourceEnd() {
    return end;
  }

  @Override
  public String wayIn() {
    return "read";
  }

  @Override
  public Fd fd() {
    return fd;
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "PipeParcel[" + fd + (packed < 0 ? "" : ", " + packed + " bytes") + "]";
  }

  /// The pipe as routes see it.
  private record ReadEnd(Fd fd) implements End {
    @Override
    public Kind kind() {
      return Kind.PIPE;
    }

    @Override
    public long position() {
      return -1;
    }

    @Override
    public void advance(long bytes) {}

    @Override
    public boolean isNonBlocking() {
      return true;
    }
  }
}
