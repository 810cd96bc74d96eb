package ropewalk.pipe;

import ropewalk.linux.Iovec;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;

/// The slots of one pipe, and what is in which.
///
/// ```
///           tail                     head
///            v                        v
///    ... |   | ref | ref | ref | ref |   |   | ...      index = counter & (capacity - 1)
///              ^ first out        ^ last in             head - tail <= capacity  (invariant 5)
/// ```
///
/// Head and tail run freely and never wrap in practice: 2^63 slots. The number of bytes is kept,
/// not summed up. No lock here: whoever calls holds its pipe's, and that of both where two are
/// named.
final class Ring {

  private final Slot[] slots;
  private long head;
  private long tail;
  private long bytes;

  /// An empty ring of `capacity` slots, a power of two.
  Ring(int capacity) {
    slots = new Slot[capacity];
    for (int i = 0; i < capacity; i++) {
      slots[i] = new Slot();
    }
  }

  int capacity() {
    return slots.length;
  }

  int used() {
    return (int) (head - tail);
  }

  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return head == tail;
  }

  boolean isFull() {
    return head - tail == slots.length;
  }

  /// Fills the next slot. *Takes* `ref`, which has at least one byte; the ring is not full.
  void append(PageRef ref, int flags) {
    slot(head).fill(ref, flags);
    head++;
    bytes += ref.length();
  }

  /// The first slot; the ring is not empty.
  Slot first() {
    return slot(tail);
  }

  /// *Gives* what is in the first slot; the ring is not empty.
  PageRef removeFirst() {
    PageRef ref = slot(tail).empty();
    tail++;
    bytes -= ref.length();
    return ref;
  }

  /// Drops the first `n` bytes of the first slot, which has more.
  void trimFirst(int n) {
    slot(tail).ref().skip(n);
    bytes -= n;
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

  /// Moves at most `limit` bytes to `target`, as many as it has slots for: whole slots with their
  /// flags, and the head of one that is too long without.
  long moveTo(Ring target, long limit) {
    long moved = 0;
    while (moved < limit && !isEmpty() && !target.isFull()) {
      int flags = first().flags();
      PageRef ref = first().ref();
      if (ref.length() <= limit - moved) {
        target.append(removeFirst(), flags);
      } else {
        ref = ref.splitHead((int) (limit - moved));
        bytes -= ref.length();
        target.append(ref, Pipe.PLAIN);
      }
      moved += ref.length();
    }
    return moved;
  }

  /// Appends second references of the first `limit` bytes to `target`, as many as it has slots for.
  /// No flags: a range that is in two pipes is nobody's gift. A folio at its limit ends it.
  long tee(Ring target, long limit) {
    long shared = 0;
    for (long at = tail; shared < limit && at != head && !target.isFull(); at++) {
      PageRef twin = slot(at).ref().tryShare();
      if (twin == null) {
        if (shared == 0) {
          throw new IllegalStateException("tee: refused by " + slot(at).ref());
        }
        break;
      }
      if (twin.length() > limit - shared) {
        twin.trim((int) (limit - shared));
      }
      target.append(twin, Pipe.PLAIN);
      shared += twin.length();
    }
    return shared;
  }

  private Slot slot(long counter) {
    return slots[(int) counter & (slots.length - 1)];
  }
}
