package ropewalk.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import ropewalk.bio.Alignment;
import ropewalk.bio.Bio;
import ropewalk.bio.BioPool;
import ropewalk.bio.BioQueue;
import ropewalk.bio.Dio;
import ropewalk.bio.Extents;
import ropewalk.cache.Bypass;
import ropewalk.engine.Engine;
import ropewalk.iov.Direction;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.page.FolioPool;

/// Drives reads and writes of one descriptor that is in direct mode, on threads that wait.
///
/// ```
///   caller   prepare ──► pace ──► claim ──► place ──► engine ──► complete ──► ... ──► end
///            memory      rate    shared,    of the    parks a
///                                or alone   queue     virtual thread
/// ```
///
/// **The claim** of the file is what the kernel's inode lock is: shared by reads and by writes of
/// whole blocks, however many, wherever they end; held alone by who writes part of a block (old
/// bytes are read, overlaid and written back, and the end of the file may have to be cut back), by
/// who appends, and by who truncates. It lasts for one step, and nobody waits for memory or for the
/// rate with it in hand; but an append that needs more than one step keeps it, and waits for memory
/// as long as the pool is patient.
///
/// The claim is of this object: another process, or another opening of the file, is a stranger and
/// must not write parts of the same blocks at the same time. Who has the file cached by the same
/// house is none: [Bypass] brings both together, before the claim and after it.
///
/// **Shared** by all threads; each call takes a [Dio] of its own.
final class DirectCalls implements AutoCloseable {

  /// Pages of one gathering: four mebibytes by reference.
  private static final int PAGES_MAX = 1024;

  /// How often an append looks for the end again before it keeps others from moving it.
  private static final int GUESSES_MAX = 4;

  final Engine engine;
  final FolioPool pool;
  final Fd fd;
  final Alignment alignment;
  final Extents extents;
  final BioQueue queue;
  final DirectOptions options;
  final StampedLock claim = new StampedLock();

  /// Keeps what others of this house have cached of the file together with what goes past it.
  final Bypass bypass;

  /// Cursors that have kept bytes back.
  final Set<DirectCursor> tails = ConcurrentHashMap.newKeySet();

  private final BioPool bios = new BioPool();
  private final List<Dio> resting = new ArrayList<>();

  DirectCalls(Engine engine, FolioPool pool, Fd fd, DirectOptions options, Bypass bypass)
      throws IOException {
    this.bypass = bypass;
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
    this.options = options;
    alignment = Alignment.of(fd);
    extents = Extents.of(fd);
    queue = new BioQueue(options.depth(), options.bytesPerSecond());
  }

  /// *Gives* a state machine for one call at a time.
  Dio fresh(int pagesMax) {
    return new Dio(
        pool, alignment, options.limits(), queue, extents, bios, options.mayBounce(), pagesMax);
  }

  private Dio take() {
    synchronized (resting) {
      if (!resting.isEmpty()) {
        return resting.removeLast();
      }
    }
    return fresh(PAGES_MAX);
  }

  private void give(Dio dio) {
    dio.abandon();
    synchronized (resting) {
      resting.add(dio);
    }
  }

  /// Moves all that `iter` has from or to `offset`; `task` may cancel it.
  long run(IovIter iter, long offset, Tally tally, @Nullable DirectTask task) throws IOException {
    if (iter.direction() == Direction.TARGET || offset < 0) {
      bypass.beforeRead(Math.max(offset, 0), iter.count());
      return move(iter, offset, tally, task);
    }
    long length = iter.count();
    Bypass.@Nullable Write write = bypass.beginWrite(offset, length, true);
    long written = 0;
    boolean isDone = false;
    try {
      written = move(iter, offset, tally, task);
      isDone = true;
      return written;
    } finally {
      end(write, offset, length, written > 0 ? offset + written : 0, isDone);
    }
  }

  /// What can't be dropped from the cache is an error of a call that has none else.
  private void end(
      Bypass.@Nullable Write write, long offset, long length, long reached, boolean isDone)
      throws IOException {
    try {
      bypass.endWrite(write, offset, length, reached, true);
    } catch (IOException e) {
      if (isDone) {
        throw e;
      }
    }
  }

  private long move(IovIter iter, long offset, Tally tally, @Nullable DirectTask task)
      throws IOException {
    Dio dio = take();
    try {
      dio.begin(iter, offset);
      if (task != null) {
        task.started(dio);
      }
      while (dio.prepare()) {
        queue.pace(dio.stepBytes());
        long stamp = dio.isAlone() ? claim.writeLock() : claim.readLock();
        try {
          step(dio);
        } finally {
          claim.unlock(stamp);
        }
      }
      return dio.end(tally);
    } finally {
      if (task != null) {
        task.ended();
      }
      give(dio);
    }
  }

  /// Writes all that `iter` has at the end of the file, in one piece. What is cached and dirty may
  /// move that end, so it is written back first; nobody moves it meanwhile.
  Appended append(IovIter iter, Tally tally) throws IOException {
    Bypass.@Nullable Write write = bypass.beginWrite(0, Long.MAX_VALUE, true);
    long reached = 0;
    boolean isDone = false;
    try {
      Appended appended = appendNow(iter, tally);
      reached = appended.bytes() > 0 ? appended.offset() + appended.bytes() : 0;
      isDone = true;
      return appended;
    } finally {
      end(write, 0, Long.MAX_VALUE, reached, isDone);
    }
  }

  private Appended appendNow(IovIter iter, Tally tally) throws IOException {
    Dio dio = take();
    try {
      for (int guess = 1; ; guess++) {
        long end = extents.size();
        if (guess < GUESSES_MAX) {
          dio.begin(iter, end); // memory first: nobody waits for it with the claim in hand
          if (!dio.prepare()) {
            return new Appended(end, dio.end(tally));
          }
          queue.pace(dio.stepBytes());
        }
        long stamp = claim.writeLock();
        try {
          long now = extents.size(); // under the claim: the end may have moved
          if (guess == GUESSES_MAX) {
            dio.begin(iter, now);
            end = dio.prepare() ? now : -1;
          }
          if (now == end) {
            do {
              step(dio);
            } while (dio.prepare());
          }
          if (now == end || end < 0) {
            return new Appended(now, dio.end(tally));
          }
        } finally {
          claim.unlock(stamp);
        }
        dio.abandon();
      }
    } finally {
      give(dio);
    }
  }

  /// All I/Os of the step that was prepared; the claim is in hand.
  private void step(Dio dio) throws IOException {
    for (Bio bio = dio.next(); bio != null; bio = dio.next()) {
      issue(dio, bio);
    }
    cut(dio);
  }

  private void issue(Dio dio, Bio bio) {
    queue.begin();
    queue.issued();
    long started = System.nanoTime();
    long result = -1;
    @Nullable IOException why = null;
    try {
      result =
          bio.direction() == Direction.SOURCE
              ? engine.pwritev(fd, bio.iov(), bio.segments(), bio.offset())
              : engine.preadv(fd, bio.iov(), bio.segments(), bio.offset());
    } catch (IOException e) {
      why = e;
    } finally {
      queue.answered(result, System.nanoTime() - started);
      queue.end();
    }
    if (why == null) {
      dio.complete(result);
    } else {
      dio.fail(why);
    }
  }

  /// Puts the end of the file back to its last byte, where whole blocks were written beyond it.
  void cut(Dio dio) throws IOException {
    long end = dio.cut();
    if (end >= 0) {
      PlainFile.truncate(engine, fd, end);
    }
  }

  /// Sets the size; waits until nobody is at work on the file.
  void truncate(long size) throws IOException {
    bypass.truncate(size, this::truncateNow);
  }

  private void truncateNow(long size) throws IOException {
    long stamp = claim.writeLock();
    try {
      extents.forget(size);
      PlainFile.truncate(engine, fd, size);
    } finally {
      claim.unlock(stamp);
    }
  }

  /// The size when no write has moved the end to and fro.
  long size() throws IOException {
    long cached = bypass.unwrittenEnd();
    long stamp = claim.readLock();
    try {
      return Math.max(cached, extents.size());
    } finally {
      claim.unlock(stamp);
    }
  }

  /// How many of `length` bytes at `offset` are a hole, asked under the claim; -1 at the end
  /// of the file.
  long hole(long offset, long length) throws IOException {
    bypass.beforeRead(offset, length);
    if (offset < extents.dense() || extents.data(offset) == offset) {
      return 0;
    }
    long stamp = claim.readLock();
    try {
      long data = extents.data(offset);
      long end = data == Long.MAX_VALUE ? extents.size() : data;
      return end <= offset ? (data == offset ? 0 : -1) : Math.min(length, end - offset);
    } finally {
      claim.unlock(stamp);
    }
  }

  /// Frees what was kept for calls; the descriptor is the caller's to close.
  @Override
  public void close() {
    synchronized (resting) {
      resting.forEach(Dio::abandon);
      resting.clear();
    }
    bios.close();
  }
}
