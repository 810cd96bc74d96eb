package ropewalk.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.pipe.KernelPipes;
import ropewalk.splice.Source;

/// Two sockets joined, both ways, without a byte in user space: what comes in at one goes out at
/// the other, until both have ended.
///
/// ```
///             forth                                          a thread each way
///   near ──splice──► kernel pipe ──splice──► far
///   near ◄──splice── kernel pipe ◄──splice── far
///             back
/// ```
///
/// *Ends.* An end of one side is passed on as a half-close, and the other way goes on. A side that
/// fails ends both, and the one that is left sees a reset: it can't take a part for the whole.
/// There is one gentle case. A side that takes no more (EPIPE) may have said its last word already,
/// an early answer to a body that it doesn't want; that word is delivered first.
///
/// *Waiting.* Calls never block; who must wait parks in the engine, a virtual thread off its
/// carrier; both ways run on threads of the caller's kind. Idle is when no byte went *either* way:
/// a long answer keeps the silent way open.
///
/// *Copies.* None in user space. TCP and AF_UNIX hand over the pages in which the bytes arrived.
///
/// *Ownership.* Takes both sockets, and closes them when [#run] returns. Nobody else uses them
/// meanwhile. [#cut], [#forth] and [#back] may be called from any thread.
public final class Relay {
  /// What a pipe between two sockets is asked to hold, in bytes: the most that an ordinary user
  /// gets, so that a call passes on what has come in since the last one. Chosen from smoke runs on
  /// a busy machine: platform threads over TCP gained with each step from 64 KiB, virtual threads
  /// gained nothing beyond 256 KiB.
  public static final int PIPE_BYTES = 1 << 20;

  /// How long, and for how many bytes, a side may go on sending after it was told the last word of
  /// the other.
  private static final long LINGER_NANOS = 1_000_000_000L;

  private static final long LINGER_BYTES = 1 << 20;
  private static final int LINGER_STEP = 16 << 10;

  /// A way can't go on, and the relay knows why. Never seen outside.
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken() {
      super(null, null, false, false);
    }
  }

  /// What ended it, first come.
  private record Ending(Relayed.Why why, @Nullable IOException cause) {}

  private final Socket near;
  private final Socket far;
  private final RelayWay forth;
  private final RelayWay back;
  private final long idleNanos;
  private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();
  private volatile boolean isCut;
  private volatile long movedNanos;
  private long dropped;

  /// Takes `near` and `far`.
  ///
  /// @param pipes where kernel pipes rest; lent
  /// @param idleNanos how long no byte may go either way before both sides are reset; 0 for ever
  public Relay(Socket near, Socket far, KernelPipes pipes, long idleNanos) {
    if (idleNanos < 0) {
      throw new IllegalArgumentException("idleNanos must not be negative: " + idleNanos);
    }
    this.near = near;
    this.far = far;
    this.idleNanos = idleNanos;
    this.forth = new RelayWay(this, near, far, pipes);
    this.back = new RelayWay(this, far, near, pipes);
  }

  /// Passes on until both ways have ended: one on this thread, one on another of its kind. Once
  /// only.
  ///
  /// @return what went each way and why it ended; a failure of a side is a result, not an exception
  public Relayed run() {
    moved();
    Ways ways = new Ways();
    boolean isOrderly = false;
    try {
      Thread watcher = Thread.ofVirtual().name("relay idle").unstarted(this::watch);
      Thread other = ways.start();
      if (idleNanos > 0) {
        watcher.start();
      }
      ways.isForthWhole = forth.run();
      ways.join(other);
      watcher.interrupt();
      ways.join(watcher);
      isOrderly = ways.isOrderly();
    } finally {
      if (isOrderly) {
        near.close();
        far.close();
      } else {
        reset();
      }
    }
    return result();
  }

  /// Bytes that the far side has accepted so far.
  public long forth() {
    return forth.accepted();
  }

  /// Bytes that the near side has accepted so far.
  public long back() {
    return back.accepted();
  }

  /// Ends it now: both sides see a reset, and [#run] returns.
  public void cut() {
    end(Relayed.Why.CUT, null);
    reset();
  }

  /// Parks until `socket` is ready for `events`, or closed because it is over.
  void await(Socket socket, int events) throws Broken {
    try {
      int _ = socket.engine().await(socket.fd(), events, Engine.FOREVER);
    } catch (IOException e) {
      throw closed(e);
    }
  }

  /// Ends the relay when nothing has gone either way for too long; sleeps meanwhile, on a thread of
  /// its own. So the ways wait without a deadline, and no timer is set and cancelled at each wait
  /// of a virtual thread.
  private void watch() {
    try {
      while (true) {
        long left = movedNanos + idleNanos - System.nanoTime();
        if (left <= 0) {
          String words = "no byte went either way for %d ms".formatted(idleNanos / 1_000_000);
          end(Relayed.Why.IDLE, new SocketTimeoutException(words));
          reset();
          return;
        }
        Thread.sleep(Duration.ofNanos(left));
      }
    } catch (InterruptedException e) {
      // The relay has ended.
    }
  }

  /// A byte, or an end, has gone one way.
  void moved() {
    movedNanos = System.nanoTime();
  }

  /// What was being said is cut off: no end is to be passed on any more.
  void noteCut() {
    isCut = true;
  }

  /// Whether no end is to be passed on any more.
  boolean isCut() {
    return isCut;
  }

  /// `side` has failed: both ways end.
  Broken broke(Socket side, IOException cause) {
    end(side == near ? Relayed.Why.NEAR_BROKE : Relayed.Why.FAR_BROKE, cause);
    reset();
    return new Broken();
  }

  /// `side` accepts nothing. After EPIPE (or ENOTCONN, to a half-close) what it has said is still
  /// to be passed on: its end came before, or is yet to come. Any other error has cut off what it
  /// was saying.
  Broken refused(Socket side, IOException cause) {
    if (cause instanceof LinuxException answer
        && (answer.errno() == Errno.EPIPE || answer.errno() == Errno.ENOTCONN)) {
      end(side == near ? Relayed.Why.NEAR_BROKE : Relayed.Why.FAR_BROKE, cause);
      return new Broken();
    }
    return broke(side, cause);
  }

  /// A descriptor was closed under a call: by [#cut], by the other way, or by an interrupt.
  Broken closed(IOException cause) {
    end(Relayed.Why.CUT, cause);
    reset();
    return new Broken();
  }

  /// Waits a moment where descriptors have run out, as others free them; for another reason, or for
  /// too long, it is the end.
  void relief(IOException cause, long millis) throws Broken {
    boolean passes =
        cause instanceof LinuxException answer
            && (answer.errno() == Errno.EMFILE || answer.errno() == Errno.ENFILE);
    boolean isIdle = idleNanos > 0 && System.nanoTime() - movedNanos > idleNanos;
    if (!passes || isIdle || isCut) {
      throw closed(cause);
    }
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw closed(cause);
    }
  }

  private void end(Relayed.Why why, @Nullable IOException cause) {
    ending.compareAndSet(null, new Ending(why, cause));
  }

  private void reset() {
    isCut = true;
    for (Socket side : new Socket[] {near, far}) {
      try {
        side.reset();
      } catch (IOException e) {
        // It was closed already, or its peer was faster: closed it is in any case.
      }
    }
  }

  /// Lets `side`, which was told the last word of the other, hear it: a reset could overtake it.
  /// What it still sends is dropped, and counted as lost.
  ///
  /// @return true if it has ended itself: then there is nobody to reset
  private boolean linger(Socket side) {
    long deadline = Engine.in(LINGER_NANOS);
    try (Scratch scratch = new Scratch(LINGER_STEP)) {
      while (dropped < LINGER_BYTES) {
        side.receiveTimeout(Math.max(1, deadline - System.nanoTime()));
        long got = side.receive(scratch.segment());
        if (got == Source.END) {
          return true;
        }
        dropped += got;
      }
    } catch (IOException e) {
      // It was told and did not end; the reset follows.
    }
    return false;
  }

  private Relayed result() {
    Ending last = ending.get();
    boolean isForthBroken = last != null && last.why() == Relayed.Why.FAR_BROKE;
    return new Relayed(
        forth.accepted(),
        back.accepted(),
        forth.lost() + (isForthBroken ? dropped : 0),
        back.lost() + (isForthBroken ? 0 : dropped),
        last == null ? Relayed.Why.ENDED : last.why(),
        last == null ? null : last.cause());
  }

  /// The two threads of one run.
  private final class Ways {
    private boolean isForthWhole;
    private boolean isBackWhole;

    /// Starts the way back, on a thread of the caller's kind: what waiting costs depends on that.
    Thread start() {
      Runnable way = () -> isBackWhole = back.run();
      return Thread.currentThread().isVirtual()
          ? Thread.ofVirtual().name("relay back").start(way)
          : Thread.ofPlatform().daemon().name("relay back").start(way);
    }

    /// Whether both sides know that they have heard all there was. Whoever had more to say than the
    /// other would take is listened to for a moment.
    boolean isOrderly() {
      if (isCut || isForthWhole == isBackWhole) {
        return isForthWhole && isBackWhole;
      }
      return linger(isBackWhole ? near : far);
    }

    /// Waits for it; an interrupt cuts the relay, and the status is kept.
    void join(Thread other) {
      boolean interrupted = false;
      while (true) {
        try {
          other.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          cut();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
