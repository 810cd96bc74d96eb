package ropewalk.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.splice.Source;

/// Two sockets joined, both ways, without a byte in user space: what comes in at one goes out at
/// the other, until both have ended.
///
/// ```
///             forth
///   near ──splice──► kernel pipe ──splice──► far        both on one thread of [Relays],
///   near ◄──splice── kernel pipe ◄──splice── far        which many relays share
///             back
/// ```
///
/// *Ends.* An end of one side is passed on as a half-close, and the other way goes on. A side that
/// fails ends both, and the one that is left sees a reset: it can't take a part for the whole.
/// There is one gentle case. A side that takes no more (EPIPE) may have said its last word already,
/// an early answer to a body that it doesn't want; that word is delivered first.
///
/// *Waiting.* No call blocks. A thread that moves bytes has little to do for each event, two
/// splices, so it watches many relays itself instead of one thread parking and being woken for
/// each; whoever calls [#run] parks once. Idle is when no byte went *either* way: a long answer
/// keeps the silent way open.
///
/// *Copies.* None in user space. TCP and AF_UNIX hand over the pages in which the bytes arrived.
///
/// *Ownership.* Takes both sockets, and closes them when it is over. Nobody else uses them
/// meanwhile. [#cut], [#forth] and [#back] may be called from any thread.
public final class Relay {
  /// What a pipe between two sockets is asked to hold, in bytes: the most that an ordinary user
  /// gets, so that a call passes on what has come in since the last one.
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

  final Socket near;
  final Socket far;
  final RelayWay forth;
  final RelayWay back;
  final long idleNanos;
  private final Relays relays;
  private final CompletableFuture<Relayed> over = new CompletableFuture<>();
  private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();
  private volatile @Nullable RelayLoop loop;
  private volatile boolean isNew = true;

  /// Where it is on its thread, and its thread's own; null before and after.
  @Nullable RelayJoint joint;

  private volatile boolean isCut;
  private volatile long movedNanos;
  private long dropped;

  /// Takes `near` and `far`.
  ///
  /// @param relays whose threads move the bytes; lent
  /// @param idleNanos how long no byte may go either way before both sides are reset; 0 for ever
  public Relay(Socket near, Socket far, Relays relays, long idleNanos) {
    if (idleNanos < 0) {
      throw new IllegalArgumentException("idleNanos must not be negative: " + idleNanos);
    }
    this.near = near;
    this.far = far;
    this.relays = relays;
    this.idleNanos = idleNanos;
    this.forth = new RelayWay(this, near, far, relays.pipes());
    this.back = new RelayWay(this, far, near, relays.pipes());
  }

  /// Begins, and returns; once only.
  ///
  /// @return what went each way and why it ended, once it has: a failure of a side is a result, not
  ///   an exception. Dependents run on a thread that moves bytes, or on one of their own: they must
  ///   not wait.
  public CompletionStage<Relayed> start() {
    movedNanos = System.nanoTime();
    try {
      loop = relays.begin(this);
    } catch (IOException e) {
      end(Relayed.Why.CUT, e);
      finish();
    }
    return over;
  }

  /// Begins, and waits until both ways have ended. Whoever is interrupted meanwhile cuts it, and
  /// keeps the status. Once only.
  ///
  /// @return as [#start]
  public Relayed run() {
    var _ = start();
    boolean interrupted = false;
    while (true) {
      try {
        Relayed relayed = over.get();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        return relayed;
      } catch (InterruptedException e) {
        interrupted = true;
        cut();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // it is only ever completed with a result
      }
    }
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
    cut(Relayed.Why.CUT, null);
    RelayLoop mine = loop;
    if (mine != null) {
      mine.attend(this);
    }
  }

  private void cut(Relayed.Why why, @Nullable IOException cause) {
    end(why, cause);
    reset();
  }

  /// Whether no thread has taken it on yet.
  boolean isNew() {
    return isNew;
  }

  void begun() {
    isNew = false;
  }

  /// When nothing has gone either way for too long if nothing goes until then; [Engine#FOREVER] if
  /// it may.
  long idleAt() {
    return idleNanos == 0 ? Engine.FOREVER : movedNanos + idleNanos;
  }

  /// Ends it for that reason. The ways find out at their next step.
  void idle() {
    String words = "no byte went either way for %d ms".formatted(idleNanos / 1_000_000);
    cut(Relayed.Why.IDLE, new SocketTimeoutException(words));
  }

  /// Both ways are over: closes both sides, and tells who waits. A side that had more to say than
  /// the other would take is listened to for a moment first, on a thread of its own.
  void finish() {
    if (isCut || forth.isWhole() == back.isWhole()) {
      finish(forth.isWhole() && back.isWhole());
    } else {
      Socket talking = back.isWhole() ? near : far;
      Thread _ = Thread.ofVirtual().name("relay linger").start(() -> finish(linger(talking)));
    }
  }

  private void finish(boolean isOrderly) {
    try {
      if (isOrderly && !isCut) {
        near.close();
        far.close();
      } else {
        reset();
      }
    } finally {
      over.complete(result());
    }
  }

  /// A byte, or an end, has gone one way.
  void moved() {
    if (idleNanos != 0) {
      movedNanos = System.nanoTime();
    }
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
}
