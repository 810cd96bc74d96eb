package ropewalk.pipe;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// One place in a pipe's ring: a range of bytes, what was said about it when it came, and, if it
/// was written here, the rest of its page.
///
/// ```
///     page of a write:   | published: ref      | unpublished: rest          |
///                        ^ gone ->| what waits | what the next write appends |
/// ```
///
/// A slot is used again and again, and what was said about the last range must not be said about
/// the next: that was Dirty Pipe (contract ). So there is one way to fill a slot, and it
/// names everything. The kernel's CAN_MERGE is no flag here but the right itself: a slot can be
/// appended to only while it holds a writable range, and only memory that a write took is ever held
/// so. A spliced page has no rest, whatever a flag might say.
final class Slot {

  private @Nullable PageRef ref;
  private @Nullable PageRef rest;
  private int flags;

  /// Puts a range into an empty slot. *Takes* `ref`, and `rest`, the writable bytes right behind
  /// it, if there are any.
  void fill(PageRef ref, int flags, @Nullable PageRef rest) {
    this.ref = ref;
    this.flags = flags;
    this.rest = rest;
  }

  /// Empties the slot and *gives* what was in it. What could be appended to it is released.
  PageRef empty() {
    PageRef taken = ref();
    ref = null;
    PageRef left = rest;
    if (left != null) {
      rest = null;
      left.close(); // never the last reference: `taken` has one
    }
    return taken;
  }

  /// Moves all that is here into an empty slot, flags and rest and all.
  void passTo(Slot target) {
    target.fill(ref(), flags, rest);
    ref = null;
    rest = null;
  }

  PageRef ref() {
    PageRef held = ref;
    if (held == null) {
      throw new IllegalStateException("an empty slot was asked for its range");
    }
    return held;
  }

  int flags() {
    return flags;
  }

  /// *Gives* the rest of the page for a write of `bytes` bytes; null if there is no room for all of
  /// them. Until [#putRest] nobody else can append.
  @Nullable PageRef takeRest(int bytes) {
    PageRef left = rest;
    if (left == null || left.length() < bytes) {
      return null;
    }
    rest = null;
    return left;
  }

  /// Appends `more`, just published out of the rest, and puts back what is left of that. *Takes*
  /// both.
  void putRest(PageRef more, PageRef left) {
    if (!ref().tryJoin(more)) {
      throw new IllegalStateException("can't be appended: " + more + " to " + ref());
    }
    if (left.length() == 0) {
      left.close(); // the page is full, and whoever drains it may be its only holder
    } else {
      rest = left;
    }
  }

  /// Undoes [#takeRest].
  void restoreRest(PageRef left) {
    rest = left;
  }

  /// Puts the head that was just split off back in front of the range. *Takes* it.
  void prepend(PageRef head) {
    if (!head.tryJoin(ref())) {
      throw new IllegalStateException("was not split off: " + head + " of " + ref());
    }
    ref = head;
  }

  static void checkFlags(int flags) {
    if ((flags & ~(Pipe.PACKET | Pipe.GIFT)) != 0) {
      throw new IllegalArgumentException("unknown flags: 0x" + Integer.toHexString(flags));
    }
  }
}
