package ropewalk.forward;

import org.jspecify.annotations.Nullable;

/// Messages in front of the inbox that are decided and go the same way, so that one call brings
/// them there: a receive of 256 KiB may hold four thousand small ones.
///
/// ```
///   inbox   | message | message | message |   undecided
///           |<- accepted ->|
///                     |<------- left ---->|     lengths: a ring, one entry for each message
/// ```
///
/// Where one ends is kept, so that a sink that fails fails with one message and not with all. Bytes
/// that go *unread* (an apply count beyond its message) are no messages, and run alone.
final class Run {
  /// The most messages of one run: a gather takes no more slots than that either.
  static final int MESSAGES = 64;

  private final long[] lengths = new long[MESSAGES];
  private int first;
  private int count;
  private long left;
  private long accepted;
  private boolean isUnread;
  private @Nullable Action action;
  private @Nullable Action instead;

  boolean isEmpty() {
    return count == 0;
  }

  /// Bytes that are to go, there or not.
  long left() {
    return left;
  }

  /// Bytes of the first message that went.
  long accepted() {
    return accepted;
  }

  /// Bytes of the first message that are to go.
  long firstLeft() {
    return lengths[first];
  }

  boolean isUnread() {
    return isUnread;
  }

  /// Adds a message, or what is left of one; false if it goes another way, or there are too many.
  boolean tryAdd(Action wanted, long bytes, boolean unread) {
    Action now = action;
    if (count > 0
        && (unread || isUnread || count == MESSAGES || now == null || !now.goesWith(wanted))) {
      return false;
    }
    if (count == 0) {
      first = 0;
      accepted = 0;
      action = wanted;
      instead = null;
      isUnread = unread;
    }
    lengths[(first + count) % MESSAGES] = bytes;
    count++;
    left += bytes;
    return true;
  }

  /// The way of the next bytes.
  Action way() {
    Action now = instead == null ? action : instead;
    if (now == null || count == 0) {
      throw new IllegalStateException("nothing is decided");
    }
    return now;
  }

  /// How many bytes go that way.
  long wayLeft() {
    return instead == null ? left : firstLeft();
  }

  /// What is left of the first message goes another way.
  void instead(Action other) {
    instead = other;
  }

  /// `bytes` bytes have gone.
  void took(long bytes) {
    left -= bytes;
    long more = bytes;
    while (count > 0 && more >= lengths[first]) {
      more -= lengths[first];
      first = (first + 1) % MESSAGES;
      count--;
      accepted = 0;
      instead = null;
    }
    if (count > 0) {
      lengths[first] -= more;
      accepted += more;
    }
  }
}
