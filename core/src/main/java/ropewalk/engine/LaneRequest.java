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
///
///   user_data   63            32 31             0
///              +----------------+----------------+
///              |   generation   |      tag       |
///              +----------------+----------------+
/// ```
///
/// The generation changes with every asking, so that an answer to an earlier one could never be
/// taken for this one's, nor one answer twice.
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
  private int generation;
  boolean isCancelled;

  /// Entered while the tag is not free.
  @Nullable Fd fd;

  /// The registration that this request's memory lies in, and counts it; null if it is plain.
  @Nullable KnownMemory known;

  LaneRequest(int tag) {
    this.tag = tag;
  }

  /// Writes what is asked into the entry at `sqe`, as a new asking.
  void fill(long sqe) {
    generation++;
    fillFile(sqe, userData());
  }

  /// The number of its last asking.
  long userData() {
    return (long) generation << Integer.SIZE | tag;
  }
}
