package ropewalk.page;

import java.util.Arrays;

/// One state of the [Checker]'s small world, and the set of those that were met.
///
/// ```
///   0      1       2         3          4         5
///   +------+-------+---------+----------+---------+----------+ - -
///   | word | ghost | local 0 | loaded 0 | local 1 | loaded 1 |
///   +------+-------+---------+----------+---------+----------+ - -
/// ```
///
/// The *word* is the folio's own, changed by the table's functions only. The *ghost* is what really
/// is, whatever the word says: who the memory belongs to and which bytes stand still. A *local* is
/// one thread: what it holds, and where it is. *Loaded* is the word that its compare-and-set will
/// expect; 0 between two changes.
final class CheckerState {

  static final int WORD = 0;
  static final int GHOST = 1;

  // The ghost.
  static final long IN_POOL = 1;
  static final long QUARANTINED = 1 << 1;
  static final long BAD = 1 << 2;
  static final long UNSAVED = 1 << 3;
  static final long SAVING = 1 << 4;

  /// One bit for each of two ranges: it was published, and nobody may change it while it is looked
  /// at.
  static final long PUBLISHED = 1 << 5;

  /// One bit for each of two ranges: the kernel has it and will not tell.
  static final long KEPT = 1 << 7;

  // A local: the permission of its handle, then counts, then where the thread is.
  static final long RIGHT = 3;
  static final long NONE = 0;
  static final long READ = 1;
  static final long FILL = 2;
  static final long REWRITE = 3;
  static final long TWIN = 1 << 2;
  static final long LOAN = 1 << 3;
  static final long READING = 1 << 4;
  static final long READ_PIN = 1 << 5;
  static final long READ_PINS = 3 << 5;
  static final long WRITE_PIN = 1 << 7;
  static final long SAVES = 1 << 8;
  static final long LOADED = 1 << 9;
  static final long HOMING = 1 << 10;
  static final long WAS_GIVEN = 1 << 11;
  static final long RANGE_1 = 1 << 12;
  static final int ACT_SHIFT = 13;
  static final long ACT = 31 << ACT_SHIFT;
  static final int LEFT_SHIFT = 18;
  static final long ONE_LEFT = 1 << LEFT_SHIFT;

  private CheckerState() {}

  static int local(int thread) {
    return 2 + 2 * thread;
  }

  static int loaded(int thread) {
    return 3 + 2 * thread;
  }

  static int threads(long[] state) {
    return (state.length - 2) / 2;
  }

  static int range(long local) {
    return (local & RANGE_1) == 0 ? 0 : 1;
  }

  static int readPins(long local) {
    return (int) ((local & READ_PINS) / READ_PIN);
  }

  static int bit(long local, long flag) {
    return (local & flag) == 0 ? 0 : 1;
  }

  /// References that this thread really has.
  static int references(long local) {
    return ((local & RIGHT) == NONE ? 0 : 1) + bit(local, TWIN) + borrowed(local);
  }

  /// Those of them that are no owner's.
  static int borrowed(long local) {
    return bit(local, LOAN) + bit(local, READING) + readPins(local) + bit(local, WRITE_PIN);
  }

  /// Every state met so far, in the order in which it was met, with the step that led there: a
  /// breadth-first search is a walk along it, and the way back is the shortest counterexample.
  static final class Met {
    private final int width;
    private long[] states;
    private int[] parents = new int[1 << 12];
    private int[] steps = new int[1 << 12];
    private int[] table = new int[1 << 14];
    private int count;

    Met(int width) {
      this.width = width;
      states = new long[width << 12];
    }

    int count() {
      return count;
    }

    void load(int index, long[] into) {
      System.arraycopy(states, index * width, into, 0, width);
    }

    int parent(int index) {
      return parents[index];
    }

    int step(int index) {
      return steps[index];
    }

    /// Adds a state that was not met before.
    void add(long[] state, int parent, int step) {
      int at = slot(state);
      if (table[at] != 0) {
        return;
      }
      if (count == parents.length) {
        parents = Arrays.copyOf(parents, 2 * count);
        steps = Arrays.copyOf(steps, 2 * count);
        states = Arrays.copyOf(states, 2 * count * width);
      }
      System.arraycopy(state, 0, states, count * width, width);
      parents[count] = parent;
      steps[count] = step;
      table[at] = ++count;
      if (2 * count > table.length) {
        grow();
      }
    }

    private int slot(long[] state) {
      long hash = 0;
      for (long part : state) {
        hash = (hash ^ part) * 0x9e3779b97f4a7c15L;
        hash ^= hash >>> 32;
      }
      int at = (int) hash & (table.length - 1);
      while (table[at] != 0 && !isAt(table[at] - 1, state)) {
        at = (at + 1) & (table.length - 1);
      }
      return at;
    }

    private boolean isAt(int index, long[] state) {
      int from = index * width;
      return Arrays.equals(states, from, from + width, state, 0, width);
    }

    private void grow() {
      table = new int[2 * table.length];
      long[] state = new long[width];
      for (int i = 0; i < count; i++) {
        load(i, state);
        table[slot(state)] = i + 1;
      }
    }
  }
}
