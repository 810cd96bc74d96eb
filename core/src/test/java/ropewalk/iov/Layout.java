package ropewalk.iov;

/// Where the runs of a stream are put in memory.
enum Layout {
  /// Each on pages of its own, from the start of the first one on.
  ALIGNED,
  /// Each on pages of its own, beginning at an odd place.
  SKEWED,
  /// One behind the other without a gap, so that runs share pages.
  PACKED;

  private static final int PAGE = 4096;

  /// Where run `index` starts in its own block, or the first one in the block they share.
  int skew(int index) {
    return this == SKEWED ? (7 + 1009 * index) % PAGE : 0;
  }
}
