package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// What is in a [FolioQueue], from its first range on. What is appended later is reached by
/// [#reexpand].
///
/// It may stand behind the last slot of a node, or at the very end of a folio: only the next access
/// goes on from there (contract R-53). The ranges stay the queue's.
public final class FolioqIter extends IovIter {

  private final FolioQueue queue;

  /// Where in all that was ever appended its position 0 is.
  private final long origin;

  private FolioQueue.Node node;

  /// The slot that is loaded; one less than the first to be loaded.
  private int slot;

  FolioqIter(Direction direction, FolioQueue queue) {
    super(direction, queue.bytes());
    this.queue = queue;
    origin = queue.removed();
    node = queue.first();
    slot = queue.firstSlot() - 1;
  }

  private FolioqIter(FolioqIter other) {
    super(other);
    queue = other.queue;
    origin = other.origin;
    node = other.node;
    slot = other.slot;
  }

  /// All that is in `queue` now, to be read, or to be filled if it is writable.
  public static FolioqIter of(Direction direction, FolioQueue queue) {
    return new FolioqIter(direction, queue);
  }

  @Override
  public Shape shape() {
    return Shape.FOLIOQ;
  }

  @Override
  public FolioqIter dup() {
    return new FolioqIter(this);
  }

  @Override
  long extent() {
    return queue.appended() - origin;
  }

  @Override
  boolean next() {
    FolioQueue.Node in = node;
    int i = slot + 1;
    for (; ; ) {
      if (i < in.filled) {
        PageRef page = in.pages[i];
        if (page != null && page.length() > 0) {
          node = in;
          slot = i;
          demandUsable(page);
          load(page.address(), page.length(), page.folio());
          return true;
        }
        i++;
      } else if (in.next != null) {
        in = in.next;
        i = 0;
      } else {
        return false;
      }
    }
  }

  @Override
  void previous() {
    PageRef page;
    do {
      if (slot > 0) {
        slot--;
      } else {
        FolioQueue.Node before = node.previous;
        if (before == null) {
          throw new IllegalStateException("the queue no longer has what was before " + this);
        }
        node = before;
        slot = FolioQueue.SLOTS - 1;
      }
      page = node.pages[slot];
      if (page == null) {
        throw new IllegalStateException("the queue no longer has what was before " + this);
      }
    } while (page.length() == 0);
    load(page.address(), page.length(), page.folio());
    toEnd();
  }

  @Override
  @Nullable PageRef page() {
    return node.pages[slot];
  }

  private void demandUsable(PageRef page) {
    if (direction() == Direction.TARGET && !page.isWritable()) {
      throw new IllegalStateException("a target must be writable: " + page);
    }
  }
}
