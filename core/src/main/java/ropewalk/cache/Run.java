package ropewalk.cache;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// One entry of a file's map: up to 64 KiB of consecutive pages.
///
/// What belongs to whom: the first two groups of fields are guarded by the lock of [Runs] (version
/// and length are also read by whoever holds the run, see [Held]), the third by the lock of the
/// [PageCache] (it is that run's place in the queues of [S3Fifo]). A run that is `BUSY` belongs to
/// the one thread that made it so, and only that thread touches its pages.
///
/// ```
///              claim (miss or write)            settle
///   ABSENT ───────────────────────────► BUSY ──────────► READY ◄─┐
///      ▲                                 │  ▲               │    │ settle
///      │               abandon           │  └───────────────┘    │
///      ├─────────────────────────────────┘     claim (write)     │
///      │                                                         │
///      └───────── evict, drop ◄──────────────── clean ───────────┤
///      └───────── truncate ◄───────────────────────────────────────
/// ```
///
/// Beside that, and whether it is BUSY or READY, a run goes round here. What is on the upper half
/// of the circle is *unwritten*: it exists nowhere else, and stays.
///
/// ```
///               write in BACK mode                Writeback: loan, pwritev
///     clean ──────────────────────────► DIRTY ─────────────────────────────► in flight
///       ▲                               ▲   ▲           failed                │    │
///       │ fsync                   fsync │   └─────────────────────────────────┘    │
///       │ succeeded              failed │                                          │ written
///       └─────────────────────────── UNSYNCED ◄──── write in THROUGH mode ─────────┘
/// ```
///
/// A run that is written again while it is in flight is both dirty and in flight, with two
/// versions: the flight holds a loan on its own.
final class Run extends Held {
  /// A write copies at most this much to replace what is on loan (rule 4 of the state word), and a
  /// loan of this much costs one reference: 64 KiB is where either stops mattering.
  static final int SIZE = 1 << 16;

  static final int SHIFT = 16;

  /// What a run of zeros is counted as, in bytes: its place in the index and in the queues. So a
  /// scan of a hole doesn't fill the heap with runs.
  static final int BARE = 256;

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

  /// The folio that it shares with other runs, or that is not of the cache's own kind; mostly null.
  @Nullable Extent extent;

  /// How many bytes of it are the file's. What follows was never published and is never lent.
  int filled;

  /// Set if the file changed while this run was busy or held: it leaves when that ends.
  boolean isDoomed;

  /// What the backing has not got, and since when (nanoTime of the first such byte).
  final Span dirty = new Span();

  long dirtySince;

  /// What is being written to the backing. One writeback per run at a time.
  final Span flight = new Span();

  /// What the backing got and has not promised to keep, and the number of the last fsync that had
  /// begun when it got the last of it.
  final Span unsynced = new Span();

  long unsyncedSince;

  /// The memory for which this run is counted as unwritten.
  int counted;

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

  /// Whether a writeback of this run is under way.
  boolean isInFlight() {
    return !flight.isEmpty();
  }

  /// Whether it has bytes that exist nowhere else: it must stay.
  boolean isUnwritten() {
    return !dirty.isEmpty() || isInFlight();
  }

  /// What a version of this run counts in the cache: its folio, of a shared one the run's part, and
  /// of zeros, which take no memory, what the run itself takes.
  static int memory(PageRef version) {
    return version.folio().isZero() ? BARE : Math.min(version.folio().size(), SIZE);
  }

  /// Takes over `version`, a range of `extent` if there is one, and lets the one before go.
  void become(PageRef version, @Nullable Extent extent) {
    if (version != pages) {
      if (extent != null) {
        extent.enter();
      }
      dropVersion();
      pages = version;
      this.extent = extent;
    }
  }

  /// Lets the version go, if there is one. Zeros are the cache's, and stay.
  void dropVersion() {
    PageRef version = pages;
    pages = null;
    if (version != null && !version.folio().isZero()) {
      version.close();
    }
    if (extent != null) {
      extent.leave();
      extent = null;
    }
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
    return "Run[" + start() + "+" + filled + " " + state + " dirty=" + dirty + "]";
  }
}
