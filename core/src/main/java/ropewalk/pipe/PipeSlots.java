package ropewalk.pipe;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.SlotRing;
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

  PipeSlots(Turnstile turnstile, Ring ring) {
    this.turnstile = turnstile;
    this.ring = ring;
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

  /// *Takes* `page` when it answers true. A page that comes when one of the ends is closed is
  /// released: nobody will ask for it.
  @Override
  public boolean append(PageRef page) {
    boolean isWanted = false;
    turnstile.enter();
    try {
      turnstile.demandFillable();
      isWanted = page.length() > 0;
      if (isWanted) {
        if (ring.isFull()) {
          return false;
        }
        ring.append(page, Pipe.PLAIN, null);
        turnstile.filled.signalAll();
      }
    } catch (IOException closed) {
      isWanted = false;
    } finally {
      turnstile.lock.unlock();
    }
    if (!isWanted) {
      page.close();
    }
    return true;
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
