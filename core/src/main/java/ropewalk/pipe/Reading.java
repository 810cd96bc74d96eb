package ropewalk.pipe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;

/// `read(2)` on a pipe of ours: bytes are copied out of the first slots, in order.
///
/// ```
///   lock: first slot in hand, n bytes of it --> unlock: copy --> lock: n bytes consumed, let go
///                                                   |                     ^
///                                                   +-- failed: let go, nothing consumed
/// ```
///
/// What a packet has more than the target has room for is dropped, and a packet ends the call. A
/// call that has copied a byte returns what there is instead of waiting for more. If the sink is
/// closed while a range is in hand, it is released when it is let go, not before.
final class Reading {

  private final Pipe pipe;
  private final Turnstile turnstile;
  private final Ring ring;
  private final IovIter target;
  private final boolean mayWait;
  private final boolean heedsPackets;
  private final long deadlineNanos;
  private final Tally tally;

  /// Of what is in hand: whether it is a packet, and how many bytes the target has room for.
  private boolean isPacket;

  private int length;

  /// What the slot loses by it: of a packet, all.
  private int consumed;

  Reading(Pipe pipe, IovIter target, int flags, long deadlineNanos, Tally tally) {
    this.pipe = pipe;
    this.target = target;
    this.mayWait = (flags & Pipe.NONBLOCK) == 0;
    this.heedsPackets = (flags & Pipe.STREAM) == 0;
    this.deadlineNanos = deadlineNanos;
    this.tally = tally;
    turnstile = pipe.turnstile;
    ring = pipe.ring;
  }

  /// Answers how many bytes came out, 0 at the end (or for a target without room), or
  /// [Pipe#NOT_NOW].
  long run() throws IOException {
    long done = 0;
    while (target.count() > 0) {
      MemorySegment range = takeInHand();
      if (range == null) {
        if (done > 0 || pipe.isEnded()) {
          return done;
        }
        if (!mayWait) {
          return Pipe.NOT_NOW;
        }
        if (!pipe.awaitBytes(deadlineNanos)) {
          return 0;
        }
        continue;
      }
      if (!copy(range, done)) {
        return done;
      }
      done += length;
      if (isPacket) {
        return done;
      }
    }
    return done;
  }

  /// False if the target can't be written and bytes were copied before; throws if none were.
  private boolean copy(MemorySegment range, long done) throws IOException {
    long start = target.position();
    boolean isCopied = false;
    try {
      Copy.into(target, range, 0, length, tally);
      isCopied = true;
      return true;
    } catch (IllegalStateException | WrongThreadException e) {
      if (done > 0) {
        return false;
      }
      LinuxException fault =
          LinuxException.of(-Errno.EFAULT, "read", "pipe", pipe.number, "length", length);
      fault.initCause(e);
      throw fault;
    } finally {
      if (!isCopied) {
        target.revert(target.position() - start);
      }
      turnstile.letGo(isCopied ? consumed : 0);
    }
  }

  /// Takes the first slot in hand and *lends* its bytes until it is let go; null if there is none.
  private @Nullable MemorySegment takeInHand() {
    turnstile.enter();
    try {
      if (!ring.isOpen()) {
        return null;
      }
      Slot slot = ring.takeInHand();
      isPacket = heedsPackets && (slot.flags() & Pipe.PACKET) != 0;
      length = (int) Math.min(slot.ref().length(), target.count());
      consumed = isPacket ? slot.ref().length() : length;
      return slot.ref().bytes();
    } finally {
      turnstile.lock.unlock();
    }
  }
}
