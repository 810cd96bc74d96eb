package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// A small native block for the length of one call: errno is captured into it, and two numbers that
/// a call wants by address (offsets, a time) find room in it.
///
/// ```
///   0        4        8                16               24                64
///   +--------+--------+----------------+----------------+----------------+
///   | errno  |        |     first      |     second     |                |
///   +--------+--------+----------------+----------------+----------------+
/// ```
///
/// **Shared**: a pool of [#STRIPES] cells and one busy word each, a cache line apart. A call starts
/// at the stripe that its thread's number points at and takes the first cell that one
/// compare-and-set gives it; when [#PROBES] neighbours are busy it makes a cell of its own and
/// frees it after the call. So no call waits for a cell, none is tied to a thread (a virtual thread
/// may be unmounted between two calls, never within one), and the usual call allocates nothing.
final class Cell {
  /// Cells in the pool: more than the threads that are in calls at one time on most machines, and 4
  /// KiB.
  private static final int STRIPES = 64;

  /// Neighbours to ask before making a cell: a fresh one costs about 20 ns, as much as a few
  /// probes.
  private static final int PROBES = 4;

  /// Bytes of a cell: one cache line.
  private static final int BYTES = 64;

  /// Ints of a cache line: the distance of two busy words.
  private static final int STRIDE = 16;

  private static final long FIRST = 8;
  private static final long SECOND = 16;

  /// 2^64 divided by the golden ratio: spreads thread numbers that differ by little.
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private static final AtomicIntegerArray BUSY = new AtomicIntegerArray(STRIPES * STRIDE);
  private static final Cell[] CELLS = cells();

  /// What the linker captures errno into.
  final MemorySegment segment;

  private final int index;

  private Cell(long address, int index) {
    this.segment = Memory.segment(address, BYTES);
    this.index = index;
  }

  private static Cell[] cells() {
    long slab = Libc.calloc((long) STRIPES * BYTES);
    Cell[] cells = new Cell[STRIPES];
    for (int i = 0; i < STRIPES; i++) {
      cells[i] = new Cell(slab + (long) i * BYTES, i);
    }
    return cells;
  }

  /// Lends a cell until [#give()].
  static Cell take() {
    int start = (int) ((Thread.currentThread().threadId() * SPREAD) >>> 58);
    for (int i = 0; i < PROBES; i++) {
      int index = (start + i) % STRIPES;
      if (BUSY.compareAndSet(index * STRIDE, 0, 1)) {
        return CELLS[index];
      }
    }
    return new Cell(Libc.calloc(BYTES), -1);
  }

  /// Ends the loan.
  void give() {
    if (index >= 0) {
      BUSY.setRelease(index * STRIDE, 0);
    } else {
      Libc.free(segment.address());
    }
  }

  /// What the last call with this cell left, when it failed.
  int errno() {
    return segment.get(JAVA_INT, 0);
  }

  /// Stores a number and answers its address.
  long first(long value) {
    segment.set(JAVA_LONG, FIRST, value);
    return segment.address() + FIRST;
  }

  /// Stores a second number, right behind the first, and answers its address.
  long second(long value) {
    segment.set(JAVA_LONG, SECOND, value);
    return segment.address() + SECOND;
  }

  /// The two ints that the kernel stored at the first number.
  long pair() {
    return segment.get(JAVA_LONG, FIRST);
  }
}
