package ropewalk.net;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Splices;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.KernelPipes;

/// One way of a [Relay]: out of one socket, through a kernel pipe, into the other.
///
/// ```
///          EAGAIN: the source is empty                    EAGAIN: the sink is full
///            BYTES, pipe given back                         ROOM, pipe kept
///               ┌──┐                                            ┌──┐
///               ▼  │        some bytes                          ▼  │
///             FILL ─┴────────────────────────────────────► DRAIN ──┴─┐
///               ▲ │                                          │ ▲     │ short: the rest again
///               │ └─ 0: half-close the sink, OVER            │ └─────┘
///               └──────────────── pipe empty ────────────────┘
/// ```
///
/// The pipe is filled only when it is empty and drained until it is empty again. So EAGAIN is never
/// ambiguous: an empty pipe can't be full, and a pipe with bytes in it can't be empty. That is also
/// the back-pressure: what the pipe holds is all that is ever under way, and a source is not read
/// while the sink is full.
///
/// It never waits: [#step] does what can be done and says what it waits for, and whoever drives it
/// ([RelayLoop]) steps it again when that has come.
///
/// One slot of the pipe may hold a run of pages, and a call may take a part out of its middle; only
/// the kernel's counts are believed. Every call is non-blocking by flag as well as by
/// descriptor.
///
/// Where the first call at either end is refused, it goes on by [RelayPages].
///
/// One thread. *Shared*: the counts, each with this thread as its only writer.
@SuppressWarnings("NonAtomicVolatileUpdate") // one writer per count
final class RelayWay {
  /// The most one call is asked for: beyond what any pipe takes, so that the pipe is the bound.
  private static final long FILL_MAX = 1L << 30;

  /// No errno: the descriptor was closed here.
  static final long CLOSED = 1L << 32;

  /// The most fills of one step: then others have their turn.
  private static final int TURN = 16;

  /// What a way waits for.
  enum Need {
    /// Nothing: it has had its turn and goes on at the next.
    TURN,
    /// The source's next bytes, or its end.
    BYTES,
    /// Room at the sink.
    ROOM,
    /// A descriptor for a pipe, where they have run out; others free theirs.
    PIPE,
    /// Nothing any more.
    OVER
  }

  private final Relay relay;
  private final Socket from;
  private final Socket to;
  private final KernelPipes pipes;
  private @Nullable KernelPipe pipe;

  /// Where the kernel doesn't splice these two, what passes the bytes on instead.
  private @Nullable RelayPages pages;

  private Need need = Need.TURN;
  private boolean isWhole;
  private volatile long taken;
  private volatile long accepted;

  RelayWay(Relay relay, Socket from, Socket to, KernelPipes pipes) {
    this.relay = relay;
    this.from = from;
    this.to = to;
    this.pipes = pipes;
  }

  /// Bytes that the sink's kernel took.
  long accepted() {
    return accepted;
  }

  /// Bytes that have left the source and that no sink has taken.
  long lost() {
    return taken - accepted;
  }

  /// What the last step waits for; at first a turn.
  Need need() {
    return need;
  }

  /// Whether the source ended and all of it was passed on.
  boolean isWhole() {
    return isWhole;
  }

  /// Passes on what can be passed on now, and half-closes the sink when the source has ended. Who
  /// failed has been told to the relay before this returns; then it is over.
  ///
  /// @return what it waits for
  Need step() {
    try {
      need = pass();
    } catch (Relay.Broken broken) {
      need = Need.OVER;
    } catch (RuntimeException e) {
      var _ = relay.closed(new IOException("a fault of ours ended the relay", e));
      need = Need.OVER;
    } finally {
      if (lost() == 0 || need == Need.OVER) {
        rest();
      }
      RelayPages copying = pages;
      if (copying != null && need == Need.OVER) {
        pages = null;
        copying.close();
      }
    }
    return need;
  }

  private Need pass() throws Relay.Broken {
    for (int turn = 0; turn < TURN; turn++) {
      if (lost() == 0) {
        if (!take()) {
          return Need.PIPE;
        }
        long got = fill();
        if (got == 0) {
          isWhole = passOnTheEnd();
          return Need.OVER;
        }
        if (got < 0) {
          return Need.BYTES;
        }
      }
      if (!drain()) {
        return Need.ROOM;
      }
    }
    return Need.TURN;
  }

  /// Fills the empty pipe.
  ///
  /// @return bytes, 0 at the end of the source, negative if there is nothing yet
  private long fill() throws Relay.Broken {
    KernelPipe through = Objects.requireNonNull(pipe);
    while (true) {
      through.markDirty();
      RelayPages copying = pages;
      long got =
          copying == null
              ? splice(from.fd(), through.source(), FILL_MAX)
              : copying.receive(from.fd());
      if (got > 0) {
        taken += got;
        relay.moved();
        return got;
      }
      through.markClean();
      if (got == 0 || got == -Errno.EAGAIN) {
        return got;
      }
      if (got == -CLOSED) {
        throw relay.closed(new ClosedChannelException());
      }
      if (taken == 0 && copying == null && RelayPages.isRefusal(got)) {
        copy();
      } else if (got != -Errno.EINTR) {
        throw relay.broke(from, LinuxException.of(got, "splice", "fd_in", from, "fd_out", through));
      }
    }
  }

  /// Drains the pipe until it is empty.
  ///
  /// @return false if the sink is full
  private boolean drain() throws Relay.Broken {
    KernelPipe through = Objects.requireNonNull(pipe);
    for (long left = lost(); left > 0; left = lost()) {
      if (!drainOnce(through, left)) {
        return false;
      }
    }
    through.markClean();
    return true;
  }

  /// One call.
  ///
  /// @return false if the sink is full
  private boolean drainOnce(KernelPipe through, long left) throws Relay.Broken {
    RelayPages copying = pages;
    long put =
        copying == null
            ? splice(through.sink(), to.fd(), left)
            : copying.send(through, left, to.fd());
    if (put > 0) {
      accepted += put;
      relay.moved();
    } else if (put == 0) {
      throw relay.broke(to, new IOException("splice: " + through + " holds bytes, 0 came out"));
    } else if (put == -CLOSED) {
      throw relay.closed(new ClosedChannelException());
    } else if (accepted == 0 && copying == null && RelayPages.isRefusal(put)) {
      copy();
    } else if (put != -Errno.EAGAIN && put != -Errno.EINTR) {
      throw relay.refused(
          to, LinuxException.of(put, "splice", "fd_in", through, "fd_out", to, "length", left));
    }
    return put != -Errno.EAGAIN;
  }

  /// Goes on by pages. Without one at hand it is the end: to wait would hold up other relays.
  private void copy() throws Relay.Broken {
    pages = RelayPages.tryOpen(from.syscalls(), from.pool());
    if (pages == null) {
      throw relay.closed(
          new IOException(
              "splice of " + from + " to " + to + " is refused, and the pool is empty"));
    }
  }

  /// Half-closes the sink, unless the end was none: the kernel tells of a reset once, to whoever
  /// calls first. If that was the other way, which writes to this source, we see an end where the
  /// peer's bytes were cut off. The other way has told the relay then.
  private boolean passOnTheEnd() {
    if (relay.isCut()) {
      return false;
    }
    try {
      to.shutdownOutput();
      relay.moved();
      return true;
    } catch (IOException e) {
      var _ = relay.refused(to, e);
      return false;
    }
  }

  /// @return bytes, 0, -errno, or -[#CLOSED]
  private long splice(Fd in, Fd out, long length) {
    try {
      int numberIn = in.enter();
      try {
        int numberOut = out.enter();
        try {
          return from.syscalls()
              .splice(numberIn, -1, numberOut, -1, length, Splices.SPLICE_F_NONBLOCK);
        } finally {
          out.exit();
        }
      } finally {
        in.exit();
      }
    } catch (ClosedChannelException e) {
      return -CLOSED;
    }
  }

  /// Sees that this way has a pipe.
  ///
  /// @return false if the descriptors have run out
  private boolean take() throws Relay.Broken {
    if (pipe == null) {
      try {
        pipe = pipes.take();
      } catch (IOException e) {
        if (e instanceof LinuxException answer
            && (answer.errno() == Errno.EMFILE || answer.errno() == Errno.ENFILE)) {
          return false;
        }
        throw relay.closed(e);
      }
    }
    return true;
  }

  /// Brings the pipe back, to rest if it is clean and to be closed if bytes are left in it: a
  /// thousand idle connections hold no pipe.
  private void rest() {
    KernelPipe through = pipe;
    if (through != null) {
      pipe = null;
      pipes.bringBack(through);
    }
  }
}
