package ropewalk.pipe;

import java.io.IOException;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.PageRef;

/// References on their way from one pipe to another: what moving and tee have in common.
///
/// ```
///   wait for bytes in the source, or its end        (the kernel's order: source first)
///   wait for a slot in the target, or nobody there
///   lock both, in the order of their numbers
///     |-- something went: wake both sides, done
///     |-- nothing went, and the source has ended: the end
///     `-- else somebody was faster: unlock, wait again
/// ```
///
/// Nothing is waited for while both locks are held; what was true before they were taken may be so
/// no longer, hence the loop (answering 0 would mean the end). Without leave to wait the answer is
/// then [Pipe#NOT_NOW], where the kernel says 0.
///
/// A range on loan that the target may not hold as such is copied, the first one only, and without
/// a lock: meanwhile it is in hand, as for a reader.
final class Transfer {

  /// What an attempt answers when the target's limit of loans is in the way.
  private static final long REFUSED = -2;

  private final Pipe source;
  private final Pipe target;

  Transfer(Pipe source, Pipe target) {
    if (target == source) {
      throw new IllegalArgumentException("a pipe can't be drained into itself");
    }
    this.source = source;
    this.target = target;
  }

  /// Moves, or shares, at most `limit` bytes; waits, if it may, until one byte can go. Answers how
  /// many went, -1 at the end of the source, or [Pipe#NOT_NOW].
  long run(long limit, boolean move, boolean mayWait, long deadlineNanos) throws IOException {
    if (limit < 0) {
      throw new IllegalArgumentException("negative: limit=" + limit);
    }
    if (limit == 0) {
      return 0;
    }
    for (; ; ) {
      if (!mayWait && !source.turnstile.isReadable()) {
        return Pipe.NOT_NOW;
      }
      if (mayWait) {
        var _ = source.awaitBytes(deadlineNanos);
        target.awaitRoom(deadlineNanos);
      } else if (!target.turnstile.hasRoom()) {
        return Pipe.NOT_NOW;
      }
      long went = attempt(limit, move);
      if (went == REFUSED) {
        went = copyFirst(limit, move);
      }
      if (went != 0) {
        return went;
      }
      if (!mayWait) {
        return Pipe.NOT_NOW;
      }
    }
  }

  private long attempt(long limit, boolean move) throws IOException {
    Pipe first = source.number < target.number ? source : target;
    Pipe second = first == source ? target : source;
    first.turnstile.enter();
    second.turnstile.enter();
    try {
      target.turnstile.demandFillable();
      if (!source.ring.isOpen()) {
        return source.turnstile.hasEnded() ? -1 : 0;
      }
      if (target.ring.isFull()) {
        return 0;
      }
      long went =
          move
              ? source.ring.moveTo(target.ring, limit, target.intake, source.intake)
              : source.ring.tee(target.ring, limit, target.intake, source.intake);
      if (went == 0 && target.intake.hasLimit()) {
        return REFUSED;
      }
      if (went == 0) {
        throw LinuxException.of(
            -Errno.EFAULT, "tee", "source", source.number, "refused", source.ring.first().ref());
      }
      target.turnstile.filled.signalAll();
      source.turnstile.drained.signalAll();
      return went;
    } finally {
      second.turnstile.lock.unlock();
      first.turnstile.lock.unlock();
    }
  }

  /// Copies the first range, or its first `limit` bytes, into the target.
  private long copyFirst(long limit, boolean move) throws IOException {
    PageRef range;
    int length;
    int flags;
    source.turnstile.enter();
    try {
      if (!source.ring.isOpen()) {
        return 0;
      }
      Slot first = source.ring.takeInHand();
      range = first.ref();
      flags = first.flags() & Pipe.PACKET;
      length = (int) Math.min(range.length(), limit);
    } finally {
      source.turnstile.lock.unlock();
    }
    boolean isTaken = false;
    PageRef copy = null;
    try {
      copy = target.intake.copyOf(range, length);
      isTaken = target.intake.offer(copy, flags);
    } finally {
      source.turnstile.letGo(isTaken && move ? length : 0);
      if (copy != null && !isTaken) {
        copy.close();
      }
    }
    return isTaken ? length : 0;
  }
}
