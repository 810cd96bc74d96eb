package ropewalk.net;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Splices;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.KernelPipes;

/// One way of a [Relay]: out of one socket, through a kernel pipe, into the other.
///
/// ```
///          EAGAIN: the source is empty                    EAGAIN: the sink is full
///            park on POLLIN, pipe given back                park on POLLOUT, pipe kept
///               ┌──┐                                            ┌──┐
///               ▼  │        some bytes                          ▼  │
///             FILL ─┴────────────────────────────────────► DRAIN ──┴─┐
///               ▲ │                                          │ ▲     │ short: the rest again
///               │ └─ 0: half-close the sink, DONE            │ └─────┘
///               └──────────────── pipe empty ────────────────┘
/// ```
///
/// The pipe is filled only when it is empty and drained until it is empty again. So EAGAIN is never
/// ambiguous: an empty pipe can't be full, and a pipe with bytes in it can't be empty. That is also
/// the back-pressure: what the pipe holds is all that is ever under way, and a source is not read
/// while the sink is full.
///
/// One slot of the pipe may hold a run of pages, and a call may take a part out of its middle; only
/// the kernel's counts are believed. Every call is non-blocking by flag as well as by
/// descriptor.
///
/// One thread. *Shared*: the counts, each with this thread as its only writer.
@SuppressWarnings("NonAtomicVolatileUpdate") // one writer per count
final class RelayWay {
  /// The most one call is asked for: beyond what any pipe takes, so that the pipe is the bound.
  private static final long FILL_MAX = 1L << 30;

  /// No errno: the descriptor was closed here.
  private static final long CLOSED = 1L << 32;

  /// How long to wait for others to bring a pipe back when the descriptors have run out.
  private static final long RELIEF_MILLIS = 10;

  private final Relay relay;
  private final Socket from;
  private final Socket to;
  private final KernelPipes pipes;
  private @Nullable KernelPipe pipe;
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

  /// Passes on until the source ends, then half-closes the sink. Who failed has been told to the
  /// relay before this returns.
  ///
  /// @return true if the source ended and all of it was passed on
  boolean run() {
    try {
      while (fill()) {
        drain();
      }
      return passOnTheEnd();
    } catch (Relay.Broken broken) {
      return false;
    } catch (RuntimeException e) {
      var _ = relay.closed(new IOException("a fault of ours ended the relay", e));
      return false;
    } finally {
      rest();
    }
  }

  /// Fills the empty pipe; parks until there is something to fill it with.
  ///
  /// @return false at the end of the source
  private boolean fill() throws Relay.Broken {
    while (true) {
      KernelPipe through = take();
      through.markDirty();
      long got = splice(from.fd(), through.source(), FILL_MAX);
      if (got > 0) {
        taken += got;
        relay.moved();
        return true;
      }
      through.markClean();
      if (got == 0) {
        return false;
      }
      if (got == -Errno.EAGAIN) {
        rest();
        relay.await(from, Poll.POLLIN);
      } else if (got == -CLOSED) {
        throw relay.closed(new ClosedChannelException());
      } else if (got != -Errno.EINTR) {
        throw relay.broke(from, LinuxException.of(got, "splice", "fd_in", from, "fd_out", through));
      }
    }
  }

  /// Drains the pipe until it is empty; parks whenever the sink is full.
  private void drain() throws Relay.Broken {
    KernelPipe through = take();
    for (long left = lost(); left > 0; left = lost()) {
      if (!drainOnce(through, left)) {
        relay.await(to, Poll.POLLOUT);
      }
    }
    through.markClean();
  }

  /// One call. What it says is noted before the sink's send lock is free again, see
  /// [#passOnTheEnd].
  ///
  /// @return false if the sink is full
  private boolean drainOnce(KernelPipe through, long left) throws Relay.Broken {
    long put;
    to.sending().lock();
    try {
      put = splice(through.sink(), to.fd(), left);
      if (put > 0) {
        accepted += put;
      } else if (put != -Errno.EAGAIN && put != -Errno.EINTR && put != -Errno.EPIPE) {
        relay.noteCut();
      }
    } finally {
      to.sending().unlock();
    }
    if (put > 0) {
      relay.moved();
    } else if (put == 0) {
      throw relay.broke(to, new IOException("splice: " + through + " holds bytes, 0 came out"));
    } else if (put == -CLOSED) {
      throw relay.closed(new ClosedChannelException());
    } else if (put != -Errno.EAGAIN && put != -Errno.EINTR) {
      throw relay.refused(
          to, LinuxException.of(put, "splice", "fd_in", through, "fd_out", to, "length", left));
    }
    return put != -Errno.EAGAIN;
  }

  /// Half-closes the sink, unless the end was none: the kernel tells of a reset once, to whoever
  /// calls first. If that was the other way, which writes to this source, we see an end where the
  /// peer's bytes were cut off. The other way notes what it heard before it lets go of the lock; so
  /// look once the lock was ours.
  private boolean passOnTheEnd() {
    from.sending().lock();
    try {
      if (relay.isCut()) {
        return false;
      }
    } finally {
      from.sending().unlock();
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

  /// The pipe of this way; waits for others to bring one back where no more can be opened.
  private KernelPipe take() throws Relay.Broken {
    KernelPipe through = pipe;
    while (through == null) {
      try {
        through = pipes.take();
      } catch (IOException e) {
        relay.relief(e, RELIEF_MILLIS);
      }
    }
    pipe = through;
    return through;
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
