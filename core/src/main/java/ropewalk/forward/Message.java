package ropewalk.forward;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import ropewalk.iov.SlotRing;
import ropewalk.linux.Memory;
import ropewalk.page.PageRef;

/// A look at the message in front, as [Parser] and [Judge] get it: nothing is copied, and nothing
/// may be kept. Good until they return.
///
/// ```
///   inbox    ...decided | decided of this one |            there            | to come
///                       ^ start of message    ^ byte 0 of the look                      ^ end
///                       |<------ offset ----->|
///                       |<----------------------- length ------------------------------>|
/// ```
///
/// Numbers are unsigned and in network order, unless their name says otherwise.
public final class Message {
  /// The length of a message whose parser has not spoken yet.
  public static final long UNKNOWN = -1;

  private final SlotRing slots;

  /// Where byte 0 of the look is among the bytes of the inbox.
  private long from;

  private long there;
  private long length;
  private long offset;
  private boolean isLast;

  /// The slot that was looked at last: its index, the bytes before it, its range.
  private int slot;

  private long before;
  private long address;
  private long slotLength;

  Message(SlotRing slots) {
    this.slots = slots;
  }

  /// Shows other bytes: `there` of them, from byte `from` of the inbox on.
  Message show(long from, long there, long length, long offset, boolean isLast) {
    this.from = from;
    this.there = there;
    this.length = length;
    this.offset = offset;
    this.isLast = isLast;
    return this;
  }

  /// Forgets where things were: something has left the inbox, or moved in it.
  void forget() {
    slot = 0;
    before = 0;
    slotLength = 0;
  }

  /// The whole length of the message, from its start on; [#UNKNOWN] to its parser. Without a parser
  /// a message is what is there.
  public long length() {
    return length;
  }

  /// How many bytes of the message went before, because a judge spoke for those only.
  public long offset() {
    return offset;
  }

  /// How many bytes can be looked at, from [#offset] on: to a judge at most to the message's end.
  public long there() {
    return there;
  }

  /// Whether all that is left of the message is there.
  public boolean isWhole() {
    return length != UNKNOWN && there == length - offset;
  }

  /// Whether the source has ended, so that nothing will come behind what is there.
  public boolean isLast() {
    return isLast;
  }

  /// Byte `i` from [#offset] on, 0 to 255.
  public int at(long i) {
    if (i < 0 || i >= there) {
      throw new IndexOutOfBoundsException("byte " + i + " of " + there);
    }
    long at = from + i;
    if (at < before || at >= before + slotLength) {
      find(at);
    }
    return Memory.ALL.get(JAVA_BYTE, address + at - before) & 0xff;
  }

  /// Two bytes from `i` on.
  public int uint16(long i) {
    return at(i) << 8 | at(i + 1);
  }

  /// Four bytes from `i` on.
  public long uint32(long i) {
    return (long) uint16(i) << 16 | uint16(i + 2);
  }

  /// Eight bytes from `i` on, signed.
  public long int64(long i) {
    return uint32(i) << 32 | uint32(i + 4);
  }

  /// Where the first `value` is, from byte `i` on; -1 if it isn't there.
  public long indexOf(int value, long i) {
    for (long at = i; at < there; at++) {
      if (at(at) == value) {
        return at;
      }
    }
    return -1;
  }

  private void find(long at) {
    if (at < before) {
      forget();
    }
    while (at >= before + slotLength) {
      boolean isFirst = slotLength == 0;
      before += slotLength;
      slot = isFirst ? slot : slot + 1;
      PageRef page = slots.slot(slot);
      if (page == null) {
        throw new IllegalStateException("byte " + at + " of the inbox: somebody else drained it");
      }
      address = page.address();
      slotLength = page.length();
    }
  }

  /// For messages.
  @Override
  public String toString() {
    return "message of %s, %d decided, %d there"
        .formatted(length == UNKNOWN ? "unknown length" : length + " bytes", offset, there);
  }
}
