package ropewalk.testkit.fake;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.VarHandle;
import ropewalk.linux.Memory;
import ropewalk.linux.uring.Cqe;
import ropewalk.linux.uring.Registered;
import ropewalk.linux.uring.Sqe;
import ropewalk.linux.uring.Uring;

/// The two queues of one [FakeRing] as they lie in memory, from the kernel's side: it takes
/// submissions at their head and posts completions at their tail.
///
/// ```
///   first mapping     0 sq head, tail   64 cq head, tail   128 CQEs ...   array
///   second mapping    SQEs
/// ```
final class RingMemory {
  private static final VarHandle INT = JAVA_INT.varHandle();

  // Where the answer of io_uring_setup says what: struct io_uring_params.
  private static final int PARAMS_SQ_ENTRIES = 0;
  private static final int PARAMS_CQ_ENTRIES = 4;
  private static final int PARAMS_FLAGS = 8;
  private static final int PARAMS_FEATURES = 20;
  private static final int PARAMS_SQ = 40;
  private static final int PARAMS_CQ = 80;

  // Where things are in the first mapping.
  private static final int SQ_HEAD = 0;
  private static final int SQ_TAIL = 4;
  private static final int SQ_MASK = 8;
  private static final int SQ_ENTRIES = 12;
  private static final int SQ_FLAGS = 16;
  private static final int SQ_DROPPED = 20;
  private static final int CQ_HEAD = 64;
  private static final int CQ_TAIL = 68;
  private static final int CQ_MASK = 72;
  private static final int CQ_ENTRIES = 76;
  private static final int CQ_OVERFLOW = 80;
  private static final int CQ_FLAGS = 84;
  private static final int CQES = 128;

  private static final int SQ_CQ_OVERFLOW = 1 << 1;
  private static final int CQ_EVENTFD_DISABLED = 1;

  private final int sqEntries;
  private final int cqEntries;
  private long rings;
  private long sqes;

  /// Answers `params` for a ring of this many entries.
  RingMemory(long params, int entries) {
    int flags = Memory.ALL.get(JAVA_INT, params + PARAMS_FLAGS);
    sqEntries = Integer.highestOneBit(Math.max(1, 2 * entries - 1));
    boolean isGiven = (flags & Uring.IORING_SETUP_CQSIZE) != 0;
    int asked = isGiven ? Memory.ALL.get(JAVA_INT, params + PARAMS_CQ_ENTRIES) : 2 * sqEntries;
    cqEntries = Integer.highestOneBit(Math.max(1, 2 * asked - 1));
    put(params, PARAMS_SQ_ENTRIES, sqEntries);
    put(params, PARAMS_CQ_ENTRIES, cqEntries);
    put(params, PARAMS_FEATURES, features());
    puts(params + PARAMS_SQ, SQ_HEAD, SQ_TAIL, SQ_MASK, SQ_ENTRIES, SQ_FLAGS, SQ_DROPPED, array());
    puts(params + PARAMS_CQ, CQ_HEAD, CQ_TAIL, CQ_MASK, CQ_ENTRIES, CQ_OVERFLOW, CQES, CQ_FLAGS);
  }

  private static int features() {
    return Uring.IORING_FEAT_SINGLE_MMAP
        | Uring.IORING_FEAT_NODROP
        | Uring.IORING_FEAT_SUBMIT_STABLE
        | Uring.IORING_FEAT_EXT_ARG
        | Registered.IORING_FEAT_RSRC_TAGS;
  }

  private int array() {
    return CQES + cqEntries * Cqe.SIZE;
  }

  private static void put(long base, int offset, int value) {
    Memory.ALL.set(JAVA_INT, base + offset, value);
  }

  private static void puts(long at, int... values) {
    for (int i = 0; i < values.length; i++) {
      put(at, i * Integer.BYTES, values[i]);
    }
  }

  /// The mapping at this offset of the ring's descriptor is at `address`.
  void mapped(long offset, long address) {
    if (offset == 0) {
      rings = address;
      put(rings, SQ_ENTRIES, sqEntries);
      put(rings, SQ_MASK, sqEntries - 1);
      put(rings, CQ_ENTRIES, cqEntries);
      put(rings, CQ_MASK, cqEntries - 1);
    } else {
      sqes = address;
    }
  }

  /// Whether the mapping at `address` is one of it; if so it is not touched any more.
  boolean unmapped(long address) {
    if (address != rings && address != sqes) {
      return false;
    }
    rings = 0;
    sqes = 0;
    return true;
  }

  boolean isMapped() {
    return rings != 0 && sqes != 0;
  }

  /// Submissions that can be taken.
  int submitted() {
    return (int) INT.getAcquire(Memory.ALL, rings + SQ_TAIL) - get(SQ_HEAD);
  }

  /// Takes the oldest submission.
  RingEntry take() {
    int head = get(SQ_HEAD);
    int index =
        Memory.ALL.get(JAVA_INT, rings + array() + (long) (head & (sqEntries - 1)) * Integer.BYTES);
    RingEntry entry = RingEntry.at(sqes + (long) index * Sqe.SIZE);
    INT.setRelease(Memory.ALL, rings + SQ_HEAD, head + 1);
    return entry;
  }

  /// Completions that nobody has taken off.
  int ready() {
    return get(CQ_TAIL) - (int) INT.getAcquire(Memory.ALL, rings + CQ_HEAD);
  }

  /// Posts a completion; false if there is no room.
  boolean post(long data, int result, int flags) {
    int tail = get(CQ_TAIL);
    if (ready() == cqEntries) {
      return false;
    }
    long cqe = rings + CQES + (long) (tail & (cqEntries - 1)) * Cqe.SIZE;
    Memory.ALL.set(JAVA_LONG, cqe + Cqe.USER_DATA, data);
    Memory.ALL.set(JAVA_INT, cqe + Cqe.RESULT, result);
    Memory.ALL.set(JAVA_INT, cqe + Cqe.FLAGS, flags);
    INT.setRelease(Memory.ALL, rings + CQ_TAIL, tail + 1);
    return true;
  }

  void tellOverflow(boolean isOver) {
    INT.setRelease(Memory.ALL, rings + SQ_FLAGS, isOver ? SQ_CQ_OVERFLOW : 0);
  }

  /// Whether completions are to ring the registered eventfd.
  boolean mayRing() {
    return ((int) INT.getAcquire(Memory.ALL, rings + CQ_FLAGS) & CQ_EVENTFD_DISABLED) == 0;
  }

  private int get(int offset) {
    return Memory.ALL.get(JAVA_INT, rings + offset);
  }
}
