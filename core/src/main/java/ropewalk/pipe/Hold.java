package ropewalk.pipe;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// What one drain has in hand: the first ranges of a pipe, taken off it for as long as a sink is at
/// work on them.
///
/// ```
///   pipe   | a | b | c | d |  take  | . | . | c | d |  give back  | b' | c | d |   |
///   hold                      --->    a   b                --->
///                                     |   `-- half of b: b' is left
///                                     `------ accepted by the sink
/// ```
///
/// So no lock is held while a sink writes. Meanwhile the pipe can be filled, looked at and closed;
/// only who else wants to drain it waits, for the bytes would change places. The slots stay in use,
/// so that what was not accepted has a place to go back to.
///
/// Nor are pages freed that a system call is reading: a pipe that is closed meanwhile releases what
/// is in hand when it is given back. So whoever names a pipe's pages to the kernel, or works on
/// them itself, has them in hand.
///
/// Used by one thread at a time. Between [#take] and [#giveBack] the ranges are in [#pipe], which a
/// sink drains. [#close] gives back; a hold that has nothing in hand needs none.
public final class Hold implements AutoCloseable {

  private final Pipe hand;
  private @Nullable Pipe origin;

  /// A hold of at most `slots` ranges at a time.
  public Hold(int slots) {
    hand = Pipe.open(slots);
  }

  /// What is in hand.
  public Pipe pipe() {
    return hand;
  }

  /// *Takes* the first ranges off `pipe`, as many as hold `limit` bytes; the last may be longer.
  /// Answers how many bytes may be drained: 0 if there are none, or somebody else has them in hand.
  /// Doesn't wait.
  public long take(Pipe pipe, long limit) {
    if (origin != null) {
      throw new IllegalStateException("take() of " + pipe + ": " + origin + " is in hand already");
    }
    pipe.turnstile.enter();
    try {
      if (limit <= 0 || !pipe.ring.isOpen()) {
        return 0;
      }
      origin = pipe;
      return pipe.ring.hold(hand.ring, limit);
    } finally {
      pipe.turnstile.lock.unlock();
    }
  }

  /// Puts what the sink did not accept back in front, and frees the slots of the rest. If nobody
  /// drains the pipe any more, all is released.
  public void giveBack() {
    Pipe pipe = Objects.requireNonNull(origin, "nothing is in hand");
    origin = null;
    pipe.turnstile.enter();
    try {
      if (pipe.turnstile.isSinkClosed()) {
        pipe.ring.drop();
      } else {
        pipe.ring.bringBack(hand.ring);
      }
      pipe.turnstile.drained.signalAll();
      pipe.turnstile.filled.signalAll(); // somebody else's turn, or now truly the end
    } finally {
      pipe.turnstile.lock.unlock();
    }
    for (PageRef left = hand.poll(); left != null; left = hand.poll()) {
      left.close();
    }
  }

  @Override
  public void close() {
    if (origin != null) {
      giveBack();
    }
    hand.close();
  }
}
