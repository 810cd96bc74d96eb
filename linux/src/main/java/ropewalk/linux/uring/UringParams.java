package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import ropewalk.linux.Memory;

/// What io_uring_setup is asked and answers: `struct io_uring_params`.
///
/// ```
///     0  sq entries   cq entries   flags        sq thread cpu
///    16  idle         features     wq fd        (reserved 12)
///    40  sq: head  tail  mask  entries  flags  dropped  array  -  (address 8)
///    80  cq: head  tail  mask  entries  overflow  cqes  flags  -  (address 8)
///   120
/// ```
///
/// The numbers in the two blocks are offsets into the mappings.
final class UringParams {
  static final int SIZE = 120;
  static final int SQ_ENTRIES = 0;
  static final int CQ_ENTRIES = 4;
  static final int FLAGS = 8;
  static final int FEATURES = 20;
  static final int SQ_OFFSETS = 40;
  static final int CQ_OFFSETS = 80;

  // Within the block at SQ_OFFSETS.
  static final int SQ_HEAD = 0;
  static final int SQ_TAIL = 4;
  static final int SQ_FLAGS = 16;
  static final int SQ_DROPPED = 20;
  static final int SQ_ARRAY = 24;

  // Within the block at CQ_OFFSETS.
  static final int CQ_HEAD = 0;
  static final int CQ_TAIL = 4;
  static final int CQ_OVERFLOW = 16;
  static final int CQ_CQES = 20;
  static final int CQ_FLAGS = 24;

  private UringParams() {}

  static void ask(long params, int flags, int cqEntries) {
    Memory.ALL.set(JAVA_INT, params + FLAGS, flags);
    Memory.ALL.set(JAVA_INT, params + CQ_ENTRIES, cqEntries);
  }

  static int sqEntries(long params) {
    return Memory.ALL.get(JAVA_INT, params + SQ_ENTRIES);
  }

  static int cqEntries(long params) {
    return Memory.ALL.get(JAVA_INT, params + CQ_ENTRIES);
  }

  static int flags(long params) {
    return Memory.ALL.get(JAVA_INT, params + FLAGS);
  }

  static int features(long params) {
    return Memory.ALL.get(JAVA_INT, params + FEATURES);
  }

  static long sqOffset(long params, int field) {
    return Integer.toUnsignedLong(Memory.ALL.get(JAVA_INT, params + SQ_OFFSETS + field));
  }

  static long cqOffset(long params, int field) {
    return Integer.toUnsignedLong(Memory.ALL.get(JAVA_INT, params + CQ_OFFSETS + field));
  }

  /// Bytes up to the end of the array, which stands last in the submission ring.
  static long sqRingBytes(long params) {
    return sqOffset(params, SQ_ARRAY) + (long) sqEntries(params) * Integer.BYTES;
  }

  /// Bytes up to the end of the completions, which stand last in the completion ring.
  static long cqRingBytes(long params) {
    return cqOffset(params, CQ_CQES) + (long) cqEntries(params) * Cqe.SIZE;
  }
}
