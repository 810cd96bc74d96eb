package ropewalk.cache;

import org.jspecify.annotations.Nullable;

/// Which run leaves next: S3-FIFO [1], three first-in-first-out queues.
///
/// ```
///   new ──► small (10 %) ── used again? ──► main (90 %) ──┐ used? back to its head, one use less
///               │                             ▲    ▲      │
///               │ no                          │    └──────┘
///               ▼                             │ no: leaves
///             ghosts (names only) ── comes back ──
/// ```
///
/// Most runs of a scan are used once. They pass through the small queue and leave without having
/// pushed anything out of the main one. A hit only counts up to 3 in the run itself, so hits take
/// no lock and move nothing; that is also why it was chosen over LRU. SIEVE [2] is simpler still,
/// but its authors say that it does not resist scans, and reading whole files once is what a file
/// server does.
///
/// A run counts by its bytes. Not thread-safe: guarded by the lock of the [PageCache], except that
/// [Run#uses] is written by anybody.
///
/// [1] Yang, Zhang, Qiu, Yue, Rashmi: FIFO queues are all you need for cache eviction, SOSP 2023.
/// [2] Zhang, Yang, Yue, Vigfusson, Rashmi: SIEVE is simpler than LRU, NSDI 2024.
final class S3Fifo {
  /// A count that saturates here needs two bits; the paper found no use for more.
  static final int USES_MAX = 3;

  /// A run that was just read, perhaps ahead of its reader: the first touch is what it was read for
  /// and no proof that it is used again.
  static final int UNTOUCHED = -1;

  /// The small queue's share: a tenth, as in the paper.
  private static final int SMALL_SHARE = 10;

  /// One queue, newest at the head.
  static final class Queue {
    private @Nullable Run head;
    private @Nullable Run tail;
    long bytes;
    int count;

    void push(Run run) {
      run.queue = this;
      run.newer = null;
      run.older = head;
      if (head != null) {
        head.newer = run;
      } else {
        tail = run;
      }
      head = run;
      bytes += run.bytes;
      count++;
    }

    void unlink(Run run) {
      Run newer = run.newer;
      Run older = run.older;
      if (newer != null) {
        newer.older = older;
      } else {
        head = older;
      }
      if (older != null) {
        older.newer = newer;
      } else {
        tail = newer;
      }
      run.queue = null;
      run.newer = null;
      run.older = null;
      bytes -= run.bytes;
      count--;
    }
  }

  private final Queue small = new Queue();
  private final Queue main = new Queue();
  private final long bytesMax;

  /// Names of runs that left the small queue, each with the turn at which it left: direct-mapped,
  /// so a name may be lost to another one early, never found wrongly for long.
  private final long[] ghostNames;

  private final int[] ghostTurns;
  private int turn;

  S3Fifo(long bytesMax) {
    this.bytesMax = bytesMax;
    long runs = Math.max(64, bytesMax / Run.SIZE);
    int slots = Integer.highestOneBit((int) Math.min(1 << 22, 2 * runs - 1)) << 1;
    ghostNames = new long[slots];
    ghostTurns = new int[slots];
  }

  long bytes() {
    return small.bytes + main.bytes;
  }

  int count() {
    return small.count + main.count;
  }

  boolean isOver() {
    return bytes() > bytesMax;
  }

  /// A run comes in, or comes back after it could not leave.
  void admit(Run run) {
    run.uses = UNTOUCHED;
    (isGhost(run) ? main : small).push(run);
  }

  /// A run that was picked turns out to be in use: it has earned a place in the main queue, unless
  /// it was written meanwhile and has one already. In two places it would count twice for ever, and
  /// a cache that believes itself full lets each run go as soon as it is read.
  void readmit(Run run) {
    if (run.queue == null) {
      main.push(run);
    }
  }

  /// A run's memory became larger or smaller by a new version.
  void resize(Run run, int bytes) {
    Queue queue = run.queue;
    if (queue != null) {
      queue.bytes += bytes - run.bytes;
    }
    run.bytes = bytes;
  }

  /// A run left for another reason than ours.
  void forget(Run run) {
    Queue queue = run.queue;
    if (queue != null) {
      queue.unlink(run);
    }
  }

  /// Picks the run that leaves next and unlinks it; null if there is none.
  @Nullable Run pick() {
    while (true) {
      boolean fromSmall = small.bytes * SMALL_SHARE >= bytesMax || main.tail == null;
      Queue queue = fromSmall && small.tail != null ? small : main;
      Run run = queue.tail;
      if (run == null) {
        return null;
      }
      queue.unlink(run);
      int uses = run.uses;
      if (queue == small) {
        if (uses <= 0) {
          remember(run);
          return run;
        }
        run.uses = 0;
        main.push(run);
      } else {
        if (uses <= 0) {
          return run;
        }
        run.uses = uses - 1;
        main.push(run);
      }
    }
  }

  private void remember(Run run) {
    long name = name(run);
    int slot = slot(name);
    ghostNames[slot] = name;
    ghostTurns[slot] = ++turn;
  }

  /// True if the run left the small queue not longer ago than the main queue is long.
  private boolean isGhost(Run run) {
    long name = name(run);
    int slot = slot(name);
    return ghostNames[slot] == name && turn - ghostTurns[slot] < Math.max(main.count, 64);
  }

  private int slot(long name) {
    return (int) (name >>> 32) & (ghostNames.length - 1);
  }

  /// A name of 64 bits, mixed as in SplitMix64; never 0, which means an empty slot.
  private static long name(Run run) {
    long mixed = run.index * 0x9e37_79b9_7f4a_7c15L + run.map.salt();
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return (mixed ^ (mixed >>> 31)) | 1;
  }
}
