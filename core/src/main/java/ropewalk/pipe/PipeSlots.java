package ropewalk.pipe;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.SlotRing;
import ropewalk.linux.Poll;
import ropewalk.page.PageRef;

/// A pipe's slots as the iterators of `iov` see them.
///
/// ```
///   PipeSourceIter --slot, consume, trySteal--> tail | ref | ref |   |   | head <--append-- PipeTargetIter
/// ```
///
/// One thread drains through it and one fills, as [SlotRing] asks; nothing here waits. What a write
/// may still append to is never stolen: the rest of its page is somebody's business.
final class PipeSlots implements SlotRing {

  private final Turnstile turnstile;
  private final Ring ring;
  private final Intake intake;

  PipeSlots(Turnstile turnstile, Ring ring, Intake intake) {
    this.turnstile = turnstile;
    this.ring = ring;
    this.intake = intake;
  }

  @Override
  public int used() {
    turnstile.enter();
    try {
      return ring.isOpen() ? ring.filled() : 0;
    } finally {
      turnstile.lock.unlock();
    }
  }

  @Override
  public int free() {
    return turnstile.free();
  }

  @Override
  public @Nullable PageRef slot(int index) {
    turnstile.enter();
    try {
      return ring.isOpen() && index < ring.filled() ? ring.slotAt(index).ref() : null;
    } finally {
      turnstile.lock.unlock();
    }
  }

  /// *Takes* `page` when it answers true. What is on loan is charged to the pipe as by
  /// [Pipe#offer]; false also if it would have to be copied and the pool has no page for that. A
  /// page that comes when one of the ends is closed is released: nobody will ask for it.
  @Override
  public boolean append(PageRef page) {
    try {
      return intake.offer(page, Pipe.PLAIN);
    } catch (IOException e) {
      boolean isClosed = (turnstile.ready() & (Poll.POLLHUP | Poll.POLLERR)) != 0;
      if (isClosed) {
        page.close();
      }
      return isClosed;
    }
  }

  @Override
  public void consume(long bytes) {
    turnstile.consume(bytes);
  }

  @Override
  public @Nullable PageRef trySteal() {
    turnstile.enter();
    try {
      return ring.isOpen() && ring.first().ref().trySteal() ? turnstile.removeFirst() : null;
    } finally {
      turnstile.lock.unlock();
    }
  }
}
