package ropewalk.cache;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.page.Folio;
import ropewalk.page.FolioWatch;

/// The lives of the pages of one file, recorded from [FileMap#record] until it is closed: for
/// looking at, never for deciding anything.
///
/// ```
///   TAKEN ─► FILLED ─┬─ LENT ─► RETURNED ─┬─► LEFT ─► BACK        version 1 of run 0
///                    ├─ WRITTEN (in place)┤     ▲
///                    └─ GIVEN ────────────┘     └ VERSIONED: version 2 is there
/// ```
///
/// Each folio that holds bytes of the file gets a number, by which its acts belong together. *Left*
/// means that the cache has let go of it; it is *back* when the last borrower has too. The span
/// between the two is what strict splice costs in memory.
///
/// Thread-safe; costs a lock and an allocation for each act, and nothing when nobody records.
public final class Biography implements AutoCloseable, FolioWatch {
  /// Acts that are kept. A file under load fills this in a second; what comes after is counted.
  private static final int ACTS_MAX = 100_000;

  /// What can happen to a page.
  public enum Act {
    /// Memory was taken out of the pool for a run.
    TAKEN,
    /// Its bytes were there, and readers saw it from then on.
    FILLED,
    /// A reference was lent.
    LENT,
    /// A loan has ended.
    RETURNED,
    /// It was written where it was, as nobody else held it.
    WRITTEN,
    /// A write has put another version in its place.
    VERSIONED,
    /// The kernel may hold its pages from now on.
    GIVEN,
    /// Its bytes have been written to the file behind.
    WRITTEN_BACK,
    /// The cache has let go of it.
    LEFT,
    /// The last reference is gone: the memory is back in the pool.
    BACK
  }

  /// One act.
  ///
  /// @param nanos since the recording began
  /// @param act what happened
  /// @param start where in the file the run begins
  /// @param version which folio, numbered from 1 in the order of this recording
  /// @param bytes how many bytes of it, where that says something
  /// @param open loans that were open after it
  /// @param who the thread that did it
  public record Entry(
      long nanos, Act act, long start, int version, long bytes, int open, String who) {}

  private static final class Life {
    final int version;
    final long start;
    int open;
    boolean isGiven;

    Life(int version, long start) {
      this.version = version;
      this.start = start;
    }
  }

  private final FileMap map;
  private final long begun = System.nanoTime();
  private final List<Entry> entries = new ArrayList<>();
  private final IdentityHashMap<Folio, Life> lives = new IdentityHashMap<>();
  private int versions;
  private long lost;
  private boolean isClosed;

  Biography(FileMap map) {
    this.map = map;
  }

  /// Bytes of a run: what one version holds at the most.
  public static int runBytes() {
    return Run.SIZE;
  }

  /// What was recorded so far, in order.
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /// Nanoseconds since the recording began.
  public long nanos() {
    return System.nanoTime() - begun;
  }

  /// Acts that were not kept, because there were too many.
  public synchronized long lost() {
    return lost;
  }

  /// Versions that were taken and are not back yet.
  public synchronized int alive() {
    return lives.size();
  }

  /// Memory for a run, before anything is in it.
  synchronized void taken(Run run, Folio folio) {
    if (!isClosed) {
      Life life = new Life(++versions, run.start());
      lives.put(folio, life);
      folio.watch(this);
      note(Act.TAKEN, life, folio.size());
    }
  }

  /// What happened to a version that is known; of others nothing is said.
  synchronized void note(Act act, @Nullable Folio folio, long bytes) {
    Life life = folio == null ? null : lives.get(folio);
    if (life != null) {
      if (act == Act.LENT) {
        life.open++;
      }
      note(act, life, bytes);
    }
  }

  @Override
  public synchronized void loanEnded(Folio folio, int left) {
    Life life = lives.get(folio);
    if (life != null) {
      life.open = left;
      note(Act.RETURNED, life, 0);
    }
  }

  @Override
  public synchronized void given(Folio folio) {
    Life life = lives.get(folio);
    if (life != null && !life.isGiven) {
      life.isGiven = true;
      note(Act.GIVEN, life, folio.size());
    }
  }

  @Override
  public synchronized void back(Folio folio) {
    Life life = lives.remove(folio);
    if (life != null) {
      note(Act.BACK, life, 0);
    }
  }

  private void note(Act act, Life life, long bytes) {
    if (isClosed) {
      return;
    }
    if (entries.size() == ACTS_MAX) {
      lost++;
      return;
    }
    String who = Thread.currentThread().getName();
    entries.add(new Entry(nanos(), act, life.start, life.version, bytes, life.open, who));
  }

  /// Ends the recording; what was recorded stays. Idempotent.
  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
    }
    map.stopRecording(this);
  }

  @Override
  public synchronized String toString() {
    return "Biography[" + entries.size() + " acts of " + versions + " versions]";
  }
}
