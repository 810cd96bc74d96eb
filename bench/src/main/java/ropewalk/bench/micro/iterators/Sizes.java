package ropewalk.bench.micro.iterators;

/// What all subjects move.
final class Sizes {
  /// One mebibyte, in however many segments: stays in the second-level cache.
  static final int TOTAL = 1 << 20;

  /// Small segments of a caller.
  static final int SMALL_COUNT = 1024;

  /// Bytes of each.
  static final int SMALL = 64;

  private Sizes() {}
}
