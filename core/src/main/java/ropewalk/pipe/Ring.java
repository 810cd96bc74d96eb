package ropewalk.pipe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Iovec;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.page.Trail;

/// The slots of one pipe, and what is in which.
///
/// ```
///          in hand             tail                     head
///            v                  v                        v
///    ... | (ref) | (ref) |   | ref | ref | ref | ref+rest |   |     index = counter & (capacity - 1)
///                              ^ first out       ^ last in          head - tail + held <= capacity
/// ```
///
/// Head and tail run freely and never wrap in practice: 2^63 slots. The number of bytes is kept,
/// not summed up.
///
/// *In hand*: somebody works on the first ranges without the lock, and will say how much of them he
/// took. Meanwhile the front is nobody else's, or bytes would change places; the back is free to be
/// filled. A reader works on the first slot where it is; a [Hold] takes slots out, and they are
/// kept for what it brings back.
///
/// No lock here: whoever calls holds its pipe's, and that of both where two are named. Only
/// [#seemsEmpty] and [#seemsFull] may be asked without, and say what was so at some moment.
final class Ring {

  private static final VarHandle HEAD;
  private static final VarHandle TAIL;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(Ring.class, "head", long.class);
      TAIL = lookup.findVarHandle(Ring.class, "tail", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Slot[] slots;
  private long head;
  private long tail;
  private int held;
  private boolean isInHand;
  private long bytes;

  /// An empty ring of `capacity` slots, a power of two.
  Ring(int capacity) {
    slots = blank(capacity);
  }

  private static Slot[] blank(int capacity) {
    Slot[] slots = new Slot[capacity];
    for (int i = 0; i < capacity; i++) {
      slots[i] = new Slot();
    }
    return slots;
  }

  boolean seemsEmpty() {
    return (long) HEAD.getOpaque(this) == (long) TAIL.getOpaque(this);
  }

  boolean seemsFull() {
    return (long) HEAD.getOpaque(this) - (long) TAIL.getOpaque(this) >= slots.length;
  }

  int capacity() {
    return slots.length;
  }

  /// Slots with a range in them.
  int filled() {
    return (int) (head - tail);
  }

  /// Slots that can't be filled.
  int used() {
    return filled() + held;
  }

  int free() {
    return slots.length - used();
  }

  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return head == tail;
  }

  /// Whether there is a first range, and nobody has it in hand.
  boolean isOpen() {
    return head != tail && !isInHand;
  }

  /// Whether no byte is here, nor in the hand of somebody who may bring it back.
  boolean isDrained() {
    return head == tail && held == 0;
  }

  boolean isFull() {
    return used() == slots.length;
  }

  /// Changes the number of slots to `capacity`, a power of two; false if more are in use.
  boolean resize(int capacity) {
    if (used() > capacity) {
      return false;
    }
    Slot[] fresh = blank(capacity);
    for (long at = tail; at != head; at++) {
      slot(at).passTo(fresh[(int) at & (capacity - 1)]);
    }
    slots = fresh;
    return true;
  }

  /// Fills the next slot. *Takes* `ref`, which has at least one byte, and the writable `rest` of
  /// its page, if any; the ring is not full.
  void append(PageRef ref, int flags, @Nullable PageRef rest) {
    slot(head).fill(ref, flags, rest);
    head++;
    bytes += ref.length();
  }

  /// The first slot; the ring is not empty.
  Slot first() {
    return slot(tail);
  }

  /// The `i`-th slot from the first.
  Slot slotAt(int i) {
    if (i < 0 || i >= head - tail) {
      throw new IndexOutOfBoundsException("slot " + i + " of " + (head - tail));
    }
    return slot(tail + i);
  }

  /// *Gives* what is in the first slot; the ring is not empty.
  PageRef removeFirst() {
    PageRef ref = slot(tail).empty();
    tail++;
    bytes -= ref.length();
    return ref;
  }

  /// *Gives* what is in the last slot; the ring is not empty.
  PageRef removeLast() {
    head--;
    PageRef ref = slot(head).empty();
    bytes -= ref.length();
    return ref;
  }

  /// Drops the first `n` bytes of the first slot, which has more.
  void trimFirst(int n) {
    slot(tail).ref().skip(n);
    bytes -= n;
  }

  // Draining without the lock.

  /// The first slot, in hand until [#letGo]; nobody else sees the front meanwhile.
  Slot takeInHand() {
    isInHand = true;
    return first();
  }

  /// Ends what [#takeInHand] began.
  void letGo() {
    isInHand = false;
  }

  /// Moves the first slots to the empty ring `hand`, as many as hold `limit` bytes, the last
  /// perhaps more, and keeps their places. Answers how many bytes of the limit they hold.
  long hold(Ring hand, long limit) {
    long length = 0;
    while (length < limit && !isEmpty() && !hand.isFull()) {
      length += passFirst(hand);
      held++;
    }
    isInHand = held > 0;
    return Math.min(length, limit);
  }

  /// Puts what is left in `hand` in front again, as it was, and frees the other places.
  void bringBack(Ring hand) {
    while (!hand.isEmpty()) {
      hand.head--;
      Slot last = hand.slot(hand.head);
      int length = last.ref().length();
      tail--;
      last.passTo(slot(tail));
      hand.bytes -= length;
      bytes += length;
    }
    drop();
  }

  /// Frees the places of what is held, which won't come back.
  void drop() {
    held = 0;
    isInHand = false;
  }

  // Writing: into the rest of the last page.

  /// How many slots were ever filled: names the last slot.
  long mark() {
    return head;
  }

  /// *Gives* the rest of the last slot's page if it has room for `n` bytes; null otherwise.
  @Nullable PageRef takeRest(int n) {
    return isEmpty() ? null : slot(head - 1).takeRest(n);
  }

  /// Appends `more` to the slot that was the last at `mark`, with what is `left` of its page; false
  /// if it is gone or no longer the last. *Takes* both when it answers true.
  boolean putRest(long mark, PageRef more, PageRef left) {
    if (head != mark || isEmpty()) {
      return false;
    }
    int length = more.length();
    slot(head - 1).putRest(more, left);
    bytes += length;
    return true;
  }

  /// Undoes [#takeRest]; false if the slot is gone or no longer the last. *Takes* `rest` when true.
  boolean restoreRest(long mark, PageRef rest) {
    if (head != mark || isEmpty()) {
      return false;
    }
    slot(head - 1).restoreRest(rest);
    return true;
  }

  /// See [Pipe#gather].
  int gather(long iov, int entriesMax, long bytesMax) {
    int entries = 0;
    long left = bytesMax;
    for (long at = tail; at != head && left > 0 && entries < entriesMax; at++) {
      PageRef ref = slot(at).ref();
      long length = Math.min(ref.length(), left);
      Iovec.set(iov, entries, ref.address(), length);
      entries++;
      left -= length;
    }
    return entries;
  }

  /// See [Pipe#gatherGiven].
  int gatherGiven(long iov, int entriesMax, long bytesMax) {
    int entries = 0;
    long left = bytesMax;
    for (long at = tail; at != head && left > 0 && entries < entriesMax; at++) {
      PageRef ref = slot(at).ref();
      if (ref.provenance() == Provenance.OWNED || !ref.tryGive()) {
        break;
      }
      long length = Math.min(ref.length(), left);
      Iovec.set(iov, entries, ref.address(), length);
      entries++;
      left -= length;
    }
    return entries;
  }

  /// Moves at most `limit` bytes to `target`, as many as it has slots for: whole slots as they are,
  /// and the head of one that is too long, which is nobody's gift and can't be appended to. Ends
  /// early at a range that `into` does not admit.
  long moveTo(Ring target, long limit, Intake into, Intake from) {
    long moved = 0;
    while (moved < limit && !isEmpty() && !target.isFull()) {
      Slot first = first();
      if (first.ref().length() <= limit - moved) {
        if (!into.admits(first.ref(), from)) {
          break;
        }
        moved += passFirst(target);
      } else {
        PageRef part = first.ref().splitHead((int) (limit - moved));
        if (!into.admits(part, from)) {
          rejoin(part);
          break;
        }
        bytes -= part.length();
        target.append(part, shared(first.flags()), null);
        moved += part.length();
      }
    }
    return moved;
  }

  /// Undoes a split of the first slot's range.
  private void rejoin(PageRef part) {
    first().prepend(part);
  }

  private int passFirst(Ring target) {
    Slot first = first();
    int length = first.ref().length();
    first.passTo(target.slot(target.head));
    tail++;
    target.head++;
    bytes -= length;
    target.bytes += length;
    return length;
  }

  /// Appends second references of the first `limit` bytes to `target`, as many as it has slots for:
  /// nobody's gift, and not to be appended to. Ends early at a folio whose counts are at their
  /// limit (contract R-03), and at a range that `into` does not admit.
  long tee(Ring target, long limit, Intake into, Intake from) {
    long shared = 0;
    for (long at = tail; shared < limit && at != head && !target.isFull(); at++) {
      PageRef twin = slot(at).ref().tryShare();
      if (twin == null) {
        break;
      }
      if (twin.length() > limit - shared) {
        twin.trim((int) (limit - shared));
      }
      if (!into.admits(twin, from)) {
        twin.close();
        break;
      }
      target.append(twin, shared(slot(at).flags()), null);
      shared += twin.length();
    }
    return shared;
  }

  /// See [Pipe#follow].
  void follow(Trail trail) {
    for (long at = tail; at != head; at++) {
      slot(at).ref().follow(trail);
    }
  }

  /// What can still be said of a range that is in two places: that it is a message, and no more.
  private static int shared(int flags) {
    return flags & Pipe.PACKET;
  }

  private Slot slot(long counter) {
    return slots[(int) counter & (slots.length - 1)];
  }
}
