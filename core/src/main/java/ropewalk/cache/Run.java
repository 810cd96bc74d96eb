package ropewalk.cache;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// One entry of a file's map: up to 64 KiB of consecutive pages.
///
/// What belongs to whom: the first group of fields is guarded by the lock of [Runs], the second by
/// the lock of the [PageCache] (it is that run's place in the queues of [S3Fifo]). A run that is
/// `BUSY` belongs to the one thread that made it so, and only that thread touches its pages.
///
/// ```
///              claim (miss or write)            settle
///   ABSENT ───────────────────────────► BUSY ──────────► READY ◄─┐
///      ▲                                 │  ▲               │    │ settle
///      │               abandon           │  └───────────────┘    │
///      ├─────────────────────────────────┘     claim (write)     │
///      │                                                         │
///      └───────── evict, drop, truncate ◄────────────────────────┘
/// ```
final class Run {
  /// A write copies at most this much to replace what is on loan (rule 4 of the state word), and a
  /// loan of this much costs one reference: 64 KiB is where either stops mattering.
  static final int SIZE = 1 << 16;

  static final int SHIFT = 16;

  /// Which of the three states of the drawing (a run that is absent has no object).
  enum State {
    BUSY,
    READY,
    GONE
  }

  final FileMap map;
  final long index;

  State state = State.BUSY;

  /// The version that readers are lent, a whole folio; null while the first one is being filled.
  @Nullable PageRef pages;

  /// How many bytes of it are the file's. What follows was never published and is never lent.
  int filled;

  /// Threads that lend or copy from this version right now. A writer waits for them, they are
  /// short.
  int holders;

  /// Set if the file changed while this run was busy or held: it leaves when that ends.
  boolean isDoomed;

  @Nullable Run newer;
  @Nullable Run older;
  S3Fifo.@Nullable Queue queue;
  int bytes;

  /// Uses since the run came or was last passed by the hand, at most 3. Written without a lock: a
  /// lost count costs a little accuracy.
  volatile int uses = S3Fifo.UNTOUCHED;

  Run(FileMap map, long index) {
    this.map = map;
    this.index = index;
  }

  /// Where this run starts in the file.
  long start() {
    return index << SHIFT;
  }

  /// The version, where the caller knows that there is one.
  PageRef version() {
    PageRef held = pages;
    if (held == null) {
      throw new IllegalStateException("no version yet: " + this);
    }
    return held;
  }

  /// Counts a use, up to [S3Fifo#USES_MAX].
  void touch() {
    int seen = uses;
    if (seen < S3Fifo.USES_MAX) {
      uses = seen + 1;
    }
  }

  @Override
  public String toString() {
    return "Run[" + start() + "+" + filled + " " + state + "]";
  }
}
