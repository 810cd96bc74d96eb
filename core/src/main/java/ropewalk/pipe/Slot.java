package ropewalk.pipe;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// One place in a pipe's ring: a range of bytes and what was said about it when it came.
///
/// A slot is used again and again, and what was said about the last range must not be said about
/// the next: that was Dirty Pipe (contract ). So there is one way to fill a slot, and it
/// names the flags.
final class Slot {

  private @Nullable PageRef ref;
  private int flags;

  /// Puts a range into an empty slot. *Takes* `ref`.
  void fill(PageRef ref, int flags) {
    this.ref = ref;
    this.flags = flags;
  }

  /// Empties the slot and *gives* what was in it.
  PageRef empty() {
    PageRef taken = ref();
    ref = null;
    return taken;
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

  static void checkFlags(int flags) {
    if ((flags & ~(Pipe.PACKET | Pipe.GIFT)) != 0) {
      throw new IllegalArgumentException("unknown flags: 0x" + Integer.toHexString(flags));
    }
  }
}
