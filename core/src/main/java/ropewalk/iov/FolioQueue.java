package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// A queue of folios that grows at its end while iterators run over it.
///
/// ```
///   first                                        last
///   +---------------------+    +---------------------+
///   | slot 0 .. SLOTS - 1 | -> | slot 0 | 1 |        |   append() goes here
///   +---------------------+    +---------------------+
///        ^ a FolioqIter stands in a node at a slot, perhaps behind the last one
/// ```
///
/// To append is to hand over: the queue owns its ranges until [#removeFirst] or [#close]. It
/// belongs to one thread at a time, together with its iterators. What an iterator may still go back
/// to must not be removed.
public final class FolioQueue implements AutoCloseable {

  /// Slots of one node: with its head it fills four cache lines, and the kernel's has as many.
  static final int SLOTS = 31;

  /// Some slots, and their neighbours.
  static final class Node {
    final @Nullable PageRef[] pages = new @Nullable PageRef[SLOTS];
    int filled;
    @Nullable Node next;
    @Nullable Node previous;
  }

  private Node first = new Node();
  private Node last = first;

  /// The first slot of the first node that still holds a range.
  private int firstSlot;

  private long appended;
  private long removed;

  /// An empty queue.
  public FolioQueue() {}

  /// Puts `page` at the end. *Takes* it.
  public void append(PageRef page) {
    if (last.filled == SLOTS) {
      Node node = new Node();
      node.previous = last;
      last.next = node;
      last = node;
    }
    last.pages[last.filled++] = page;
    appended += page.length();
  }

  /// *Gives* the first range; null if there is none.
  public @Nullable PageRef removeFirst() {
    if (firstSlot == SLOTS && first.next != null) {
      first = first.next;
      first.previous = null;
      firstSlot = 0;
    }
    if (firstSlot == first.filled) {
      return null;
    }
    PageRef page = first.pages[firstSlot];
    first.pages[firstSlot++] = null;
    if (page != null) {
      removed += page.length();
    }
    return page;
  }

  /// Bytes in it.
  public long bytes() {
    return appended - removed;
  }

  /// Releases all that is in it.
  @Override
  public void close() {
    for (PageRef page = removeFirst(); page != null; page = removeFirst()) {
      page.close();
    }
  }

  Node first() {
    return first;
  }

  int firstSlot() {
    return firstSlot;
  }

  /// Bytes appended since the start of the queue.
  long appended() {
    return appended;
  }

  /// Bytes removed since the start of the queue.
  long removed() {
    return removed;
  }
}
