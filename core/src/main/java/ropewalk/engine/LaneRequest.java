package ropewalk.engine;

import org.jspecify.annotations.Nullable;
import ropewalk.linux.Fd;

/// One tag of a lane: what its owner asked with it, and how far that has come. One for each tag,
/// used again and again; only the lane's owner sees it.
///
/// ```
///             ask             the kernel's answer          next
///   FREE ------------> ASKED --------------------> DONE ----------> FREE
///                      ^   |
///                      +---+  asked again: EINTR, -ECANCELED unasked for, a file that takes
///                             plain addresses only
/// ```
final class LaneRequest extends FileRequest {
  /// The tag has no request.
  static final int FREE = 0;

  /// Prepared or in the kernel's hands.
  static final int ASKED = 1;

  /// Answered, and not taken yet.
  static final int DONE = 2;

  final int tag;
  int state;
  int result;
  boolean isCancelled;

  /// Entered while the tag is not free.
  @Nullable Fd fd;

  /// The registration that this request's memory lies in, and counts it; null if it is plain.
  @Nullable KnownMemory known;

  LaneRequest(int tag) {
    this.tag = tag;
  }
}
