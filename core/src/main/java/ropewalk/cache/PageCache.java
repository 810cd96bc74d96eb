package ropewalk.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// Keeps the bytes of files where they can be lent: bounded, shared by all files of a Ropewalk.
///
/// ## Concurrency
///
/// Three kinds of locks, each held for a few hundred instructions: one per [FileMap] (its index and
/// the states of its runs), the cache's own (the queues of eviction, the table of maps), and those
/// of the pool. They nest in this order only. Nobody waits for a folio, for I/O or for a borrower
/// with any of them held; whoever has to wait has made the run [BUSY][Run.State#BUSY] first, which
/// is a claim on 64 KiB and not a lock, or waits for such a claim to end.
///
/// ## Memory
///
/// Folios are of the GIFT class: what a cache lends may later be given to the kernel, and what
/// can't be given is simply gathered. The bound counts what the index holds. A run that leaves
/// while it is on loan goes out of the index at once; its bytes live on in the borrower's reference
/// and are in the borrower's charge, no longer in ours.
///
/// ## Eviction
///
/// [S3Fifo]. Only a clean run that nobody is working on leaves; others get a second round, and one
/// that is dirty is written back first, by the [Background]. What may be dirty is limited
/// ([WritebackLimits]), so that there is always something that may leave.
///
/// ## Files that were closed
///
/// A map outlives the last opener as long as it has runs, so that a server which opens a file for
/// each request finds it warm. It is found by device and inode, and believed only if the stamp is
/// the one it was filled under.
public final class PageCache implements AutoCloseable {
  /// How many runs that turn out to be in use are passed over before eviction gives up for now: the
  /// next taker tries again.
  private static final int PASSES_MAX = 64;

  private final FolioPool pool;
  final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final S3Fifo fifo;

  /// Changed under the lock; whoever only wants to know that a file is not here asks without.
  private final Map<Stamp.Id, FileMap> maps = new ConcurrentHashMap<>();

  private volatile boolean isClosed;

  /// Who writes back, and the count of what is dirty.
  final Background background;

  /// What runs of holes lend from, and the memory of folios that are not of the cache's own kind.
  final Zeros zeros;

  final ExtentBound extents;

  final LongAdder hits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder reads = new LongAdder();
  final LongAdder loans = new LongAdder();
  final LongAdder refusals = new LongAdder();
  final LongAdder versions = new LongAdder();
  final LongAdder inPlace = new LongAdder();
  final LongAdder holes = new LongAdder();
  final LongAdder offersTaken = new LongAdder();
  final LongAdder offersRefused = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder drops = new LongAdder();

  private PageCache(FolioPool pool, long bytesMax, WritebackLimits limits) {
    this.pool = pool;
    this.background = new Background(limits);
    this.bytesMax = bytesMax;
    this.fifo = new S3Fifo(bytesMax);
    this.zeros = new Zeros(pool);
    this.extents = new ExtentBound(bytesMax / 2, pool.plan().bytes(FolioClass.RING) / 4);
  }

  /// A cache of at most `bytesMax` bytes, taken from `pool` as they are needed. Leave the pool more
  /// than that: loans that have left the index and versions in the making are not in this sum.
  public static PageCache open(FolioPool pool, long bytesMax) {
    return open(pool, bytesMax, WritebackLimits.of(bytesMax));
  }

  /// The same with limits of one's own for what waits to be written back.
  public static PageCache open(FolioPool pool, long bytesMax, WritebackLimits limits) {
    if (bytesMax < Run.SIZE) {
      throw new IllegalArgumentException(
          "a page cache holds at least one run: bytesMax=" + bytesMax + ", run=" + Run.SIZE);
    }
    return new PageCache(pool, bytesMax, limits);
  }

  /// Opens the file behind `backing`, whose stamp was just taken: its map is shared by all who open
  /// it. Bytes that were cached under another stamp are dropped. *Gives* the holder, which is ended
  /// by one [#release]. *Takes* `backing`, also if it throws: [Backing#close] is called when it is
  /// not needed any more.
  ///
  /// @param isWritable whether `backing` can be written
  public Holder open(Backing backing, Stamp stamp, Writing writing, boolean isWritable)
      throws IOException {
    FileMap map = enter(stamp, MemoryBound.NONE);
    Holder holder = new Holder(map, backing, writing, isWritable);
    map.writers.enter(holder, map.errors);
    boolean isOpen = false;
    try {
      if (!map.isAsIn(stamp)) {
        map.revalidate(backing);
      }
      isOpen = true;
      return holder;
    } finally {
      if (!isOpen) {
        release(holder);
      }
    }
  }

  private FileMap enter(Stamp stamp, long memoryMax) {
    lock.lock();
    try {
      if (isClosed) {
        throw new IllegalStateException("this page cache is closed");
      }
      FileMap map = maps.computeIfAbsent(stamp.id(), id -> new FileMap(this, stamp, memoryMax));
      map.openers++;
      return map;
    } finally {
      lock.unlock();
    }
  }

  /// Opens a new file that is in memory only, and empty: at most `memoryMax` bytes of the pool's
  /// gift memory, beside what the cache holds of files. *Gives* the holder; once it is truncated to
  /// 0 and [released][#release], the file is no more.
  public Holder openMemory(long memoryMax) {
    MemoryBacking backing = new MemoryBacking(FolioPool.FOLIO_MAX);
    FileMap map = enter(backing.stamp(), memoryMax);
    Holder holder = new Holder(map, backing, Writing.BACK, true);
    map.writers.enter(holder, map.errors);
    return holder;
  }

  /// Ends an opening, after its last use of the map. What is cached stays for the next one. Writes
  /// nothing back and reports nothing: [FileMap#close] does, before. If there are dirty runs that
  /// nobody else could write, the backing stays open for the background until they are written.
  public void release(Holder holder) {
    holder.map().writers.leave(holder);
  }

  /// A holder is really at its end.
  void ended(Holder holder) {
    holder.backing().close();
    lock.lock();
    try {
      holder.map().openers--;
      forgetIfUnused(holder.map());
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    return isClosed;
  }

  /// The way past this cache for one file, open somewhere else.
  public Bypass bypass(Stamp.Id id) {
    return new Bypass(this, id);
  }

  /// The map of a file, if there is one, kept until [#leave].
  @Nullable FileMap join(Stamp.Id id) {
    if (!maps.containsKey(id)) {
      return null;
    }
    lock.lock();
    try {
      FileMap map = maps.get(id);
      if (map != null) {
        map.openers++;
      }
      return map;
    } finally {
      lock.unlock();
    }
  }

  void leave(FileMap map) {
    lock.lock();
    try {
      map.openers--;
      forgetIfUnused(map);
    } finally {
      lock.unlock();
    }
  }

  /// Whose memory it is.
  public FolioPool pool() {
    return pool;
  }

  /// What it did and what it holds.
  public CacheStats stats() {
    long bytes;
    long runs;
    lock.lock();
    try {
      bytes = fifo.bytes();
      runs = fifo.count();
    } finally {
      lock.unlock();
    }
    return CacheStats.of(this, bytes, runs);
  }

  /// Drops whatever may go, of all files. Loans keep their bytes.
  public void drop() {
    for (FileMap map : allMaps()) {
      map.drop();
    }
  }

  /// Writes back what is dirty, drops everything and takes no more. Close the files first: a run
  /// that is being read or written leaves when that ends, and files that are still open can be
  /// written through only.
  ///
  /// @throws UncheckedIOException if bytes of files that were closed could not be written, now or
  ///   since: they are lost, all else is closed
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
    } finally {
      lock.unlock();
    }
    background.close();
    UncheckedIOException lost = null;
    for (FileMap map : allMaps()) {
      map.memory.discard();
      try {
        map.syncing.giveUp();
      } catch (IOException e) {
        if (lost == null) {
          lost = new UncheckedIOException(e);
        } else {
          lost.addSuppressed(e);
        }
      }
    }
    drop();
    makeRoom(0, 0);
    zeros.close();
    if (lost != null) {
      throw lost;
    }
  }

  private List<FileMap> allMaps() {
    lock.lock();
    try {
      return new ArrayList<>(maps.values());
    } finally {
      lock.unlock();
    }
  }

  /// Gives memory for a run, waiting for it if need be.
  PageRef take(int bytes) throws IOException {
    PageRef taken = tryTake(bytes);
    return taken != null ? taken : pool.take(bytes, FolioClass.GIFT);
  }

  /// Gives memory for a new version, from the reserve if there is nothing else: a writer must not
  /// wait for those who borrow from what it replaces.
  PageRef takeVersion(int bytes) throws IOException {
    PageRef taken = tryTake(bytes);
    if (taken == null) {
      taken = pool.tryTakeReserve(bytes, FolioClass.GIFT);
    }
    return taken != null ? taken : pool.take(bytes, FolioClass.GIFT);
  }

  /// Gives memory for a run if there is some without waiting: makes room in the cache first, and if
  /// the pool has none even so, lets one more run go.
  @Nullable PageRef tryTake(int bytes) {
    makeRoom(bytes, bytesMax);
    PageRef taken = pool.tryTake(bytes, FolioClass.GIFT);
    if (taken == null) {
      makeRoom(bytes, heldBytes());
      taken = pool.tryTake(bytes, FolioClass.GIFT);
    }
    return taken;
  }

  /// Gives memory for a copy that is handed on at once. Ring folios: nobody else will see it.
  @Nullable PageRef tryTakeCopy(int bytes) {
    return pool.tryTake(bytes, FolioClass.RING);
  }

  /// As [#tryTakeCopy], and waits.
  PageRef takeCopy(int bytes) throws IOException {
    return pool.take(bytes, FolioClass.RING);
  }

  /// A run is filled: from now on it counts and may be picked to leave. Called with the map's lock.
  ///
  /// @return false if the cache was closed meanwhile: the run must not stay
  boolean admit(Run run, int bytes) {
    lock.lock();
    try {
      if (isClosed) {
        return false;
      }
      if (run.queue != null) {
        fifo.resize(run, bytes);
      } else {
        run.bytes = bytes;
        fifo.admit(run);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// A run that was picked is in use. Called with the map's lock.
  void readmit(Run run) {
    lock.lock();
    try {
      fifo.readmit(run);
    } finally {
      lock.unlock();
    }
  }

  /// A run left its map. Called with the map's lock.
  void forget(Run run) {
    lock.lock();
    try {
      fifo.forget(run);
      forgetIfUnused(run.map);
    } finally {
      lock.unlock();
    }
  }

  /// Lets runs go until the bound is kept again.
  void trim() {
    makeRoom(0, bytesMax);
  }

  private void makeRoom(long bytes, long bound) {
    for (int passes = 0; passes < PASSES_MAX; ) {
      Run victim;
      lock.lock();
      try {
        victim = fifo.bytes() == 0 || fifo.bytes() + bytes <= bound ? null : fifo.pick();
      } finally {
        lock.unlock();
      }
      if (victim == null) {
        return;
      }
      if (victim.map.runs.evict(victim)) {
        evictions.increment();
      } else {
        passes++;
      }
    }
  }

  private long heldBytes() {
    lock.lock();
    try {
      return fifo.bytes();
    } finally {
      lock.unlock();
    }
  }

  private void forgetIfUnused(FileMap map) {
    if (map.openers == 0 && map.isEmpty()) {
      maps.remove(map.id(), map);
    }
  }
}
