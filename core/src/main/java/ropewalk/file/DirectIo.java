package ropewalk.file;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ropewalk.bio.Bio;
import ropewalk.engine.Engine;
import ropewalk.engine.Lane;
import ropewalk.engine.LaneStats;
import ropewalk.engine.Registration;
import ropewalk.iov.Direction;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Iovec;

/// Many reads and writes of one direct file under way at a time, for one platform thread, on a
/// [Lane] of its own: no lock, no other thread, and no heap memory for an I/O.
///
/// ```
///   read(0, iter, off) ─► Dio 0 ─┬─ claim had ──► lane ─── flying ──► answer ─┬─► more of it: again
///   write(1, ...)      ─► Dio 1 ─┘                                            └─► done: next()
///                           └─ claim or place not to be had: waits its turn, looked at in await()
/// ```
///
/// A call bears a *tag*, `0 .. depth-1`, from its begin until [#next] has told its end. Any
/// iterator, offset and length will do, as for [DirectFile#read]; what is in whole blocks and by
/// reference is one request, the rest takes the detours that it takes there. Reuse an iterator
/// (`revert`) to allocate nothing.
///
/// Where the cache beside the file has bytes of a range, a call begins with their writeback, which
/// is waited for.
///
/// Parts of blocks need the file for themselves: calls that were begun after such a write wait for
/// it here, as they would in another thread.
///
/// Belongs to the thread that opened it, which closes it.
public final class DirectIo implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger("ropewalk.file");

  private final DirectCalls calls;
  private final Lane lane;
  private final DirectCall[] byTag;
  private final Tally tally = new Tally();

  /// Tags that wait for a claim or a place, in the order in which they came.
  private final int[] backlog;

  private int waiting;

  /// Tags that are done, in the order in which they ended: a ring.
  private final int[] ended;

  private int endedHead;
  private int done;
  private int busy;
  private int told = -1;

  private DirectIo(DirectCalls calls, Lane lane) {
    this.calls = calls;
    this.lane = lane;
    byTag = new DirectCall[lane.depth()];
    Arrays.setAll(byTag, _ -> new DirectCall(calls));
    backlog = new int[lane.depth()];
    ended = new int[lane.depth()];
  }

  /// Opens one with at most `depth` calls at a time, for the current thread, a platform thread.
  static DirectIo open(DirectCalls calls, int depth) throws IOException {
    Lane lane = Lane.open(calls.engine, depth);
    boolean isMade = false;
    try {
      // As far as the kernel lets us: then its look-up of pages and of the file is done once.
      Registration memory = calls.pool.register(lane);
      boolean isFileKnown = lane.register(calls.fd);
      LOG.log(DEBUG, "lane to {0}: memory {1}, file known: {2}", calls.fd, memory, isFileKnown);
      DirectIo io = new DirectIo(calls, lane);
      isMade = true;
      return io;
    } finally {
      if (!isMade) {
        lane.close();
      }
    }
  }

  /// The most calls at a time.
  public int depth() {
    return byTag.length;
  }

  /// Calls whose end was not told yet.
  public int inFlight() {
    return busy;
  }

  /// Begins to read all that `target` has room for at `offset`; *lends* it until [#next] tells.
  public void read(int tag, IovIter target, long offset) throws IOException {
    begin(tag, target, offset, Direction.TARGET);
  }

  /// Begins to write all that `source` has at `offset`; *lends* it until [#next] tells.
  public void write(int tag, IovIter source, long offset) throws IOException {
    begin(tag, source, offset, Direction.SOURCE);
  }

  private void begin(int tag, IovIter iter, long offset, Direction direction) throws IOException {
    DirectCall call = byTag[tag];
    if (call.state != DirectCall.State.FREE || iter.direction() != direction) {
      throw new IllegalStateException(
          "tag " + tag + " is " + call.state + ", " + direction + " wanted of " + iter);
    }
    call.begin(iter, offset);
    busy++;
    prepare(tag, call);
  }

  /// Gets the memory of the next step and queues it, or ends the call.
  private void prepare(int tag, DirectCall call) {
    boolean isReady = false;
    try {
      isReady = call.dio.prepare();
    } catch (RuntimeException e) {
      call.dio.fail(new IOException("the memory can't be used: tag " + tag, e));
    }
    if (isReady) {
      long wait = calls.queue.paceNanos(call.dio.stepBytes());
      call.dueNanos = wait == 0 ? 0 : System.nanoTime() + wait;
      call.state = DirectCall.State.WAITING;
      if (waiting > 0 || !tryClaim(call)) {
        backlog[waiting++] = tag;
      } else {
        step(tag, call);
      }
    } else {
      end(tag, call);
    }
  }

  private void end(int tag, DirectCall call) {
    try {
      call.result = call.dio.end(tally);
      call.failure = call.dio.failure();
    } catch (IOException e) {
      call.result = -1;
      call.failure = e;
    }
    call.endWrite();
    call.state = DirectCall.State.DONE;
    ended[(endedHead + done++) % ended.length] = tag;
  }

  /// Gets the claim of the file and a place for the step; false if they can't be had now.
  private boolean tryClaim(DirectCall call) {
    if (call.dueNanos != 0 && call.dueNanos - System.nanoTime() > 0) {
      return false;
    }
    if (!calls.queue.tryBegin()) {
      return false;
    }
    long stamp = call.dio.isAlone() ? calls.claim.tryWriteLock() : calls.claim.tryReadLock();
    if (stamp == 0) {
      calls.queue.end();
      return false;
    }
    call.stamp = stamp;
    return true;
  }

  /// Issues the next I/O of the step, or ends the step.
  private void step(int tag, DirectCall call) {
    while (true) {
      Bio bio = call.dio.next();
      if (bio == null) {
        break;
      }
      calls.queue.issued();
      call.startedNanos = System.nanoTime();
      call.state = DirectCall.State.FLYING;
      try {
        issue(tag, bio);
        return;
      } catch (IOException e) {
        calls.queue.answered(-1, System.nanoTime() - call.startedNanos);
        call.dio.fail(e);
      }
    }
    letGo(call);
    prepare(tag, call);
  }

  private void letGo(DirectCall call) {
    try {
      calls.cut(call.dio);
    } catch (IOException e) {
      call.dio.fail(e);
    } finally {
      calls.claim.unlock(call.stamp);
      calls.queue.end();
      call.stamp = 0;
    }
  }

  private void issue(int tag, Bio bio) throws IOException {
    boolean isWrite = bio.direction() == Direction.SOURCE;
    if (bio.segments() == 1) { // one range may be of registered memory
      long at = Iovec.base(bio.iov(), 0);
      if (isWrite) {
        lane.write(tag, calls.fd, at, (int) bio.bytes(), bio.offset());
      } else {
        lane.read(tag, calls.fd, at, (int) bio.bytes(), bio.offset());
      }
    } else if (isWrite) {
      lane.writev(tag, calls.fd, bio.iov(), bio.segments(), bio.offset());
    } else {
      lane.readv(tag, calls.fd, bio.iov(), bio.segments(), bio.offset());
    }
  }

  /// Hands over what was begun and waits for nothing.
  public void submit() throws IOException {
    startWaiting();
    lane.submit();
  }

  /// Hands over what was begun and waits until the ends of `atLeast` calls can be told (of all, if
  /// there are fewer), or until the deadline ([ropewalk.engine.Engine#in]): how many can be.
  public int await(int atLeast, long deadlineNanos) throws IOException {
    startWaiting();
    int wanted = Math.min(atLeast, busy);
    do {
      if (lane.inFlight() > 0) {
        lane.await(Math.clamp(wanted - done, 0, lane.inFlight()), deadline(deadlineNanos));
        land();
      } else if (waiting > 0 && done < wanted) {
        waitForClaim();
      }
      startWaiting();
    } while (done < wanted && !isDue(deadlineNanos));
    return done;
  }

  private static boolean isDue(long deadlineNanos) {
    return deadlineNanos != Engine.FOREVER && deadlineNanos - System.nanoTime() <= 0;
  }

  private long deadline(long deadlineNanos) {
    long due = waiting == 0 ? 0 : byTag[backlog[0]].dueNanos;
    boolean isLater = deadlineNanos == Engine.FOREVER || deadlineNanos - due > 0;
    return due != 0 && isLater ? due : deadlineNanos;
  }

  /// Nothing of ours is with the kernel, so whoever has the file for himself is somebody else.
  private void waitForClaim() {
    int tag = backlog[0];
    DirectCall call = byTag[tag];
    if (call.dueNanos != 0) {
      calls.queue.pause(call.dueNanos);
    }
    drop(0);
    calls.queue.begin();
    call.stamp = call.dio.isAlone() ? calls.claim.writeLock() : calls.claim.readLock();
    step(tag, call);
  }

  /// In order: what has to wait keeps those behind it waiting, or a write of part of a block would
  /// never find the file free.
  private void startWaiting() {
    while (waiting > 0 && tryClaim(byTag[backlog[0]])) {
      int tag = backlog[0];
      drop(0); // first: a step without I/O is over at once, and the next one may have to wait
      step(tag, byTag[tag]);
    }
  }

  private void drop(int index) {
    waiting--;
    for (int i = index; i < waiting; i++) {
      backlog[i] = backlog[i + 1];
    }
  }

  private void land() throws IOException {
    while (lane.next()) {
      int tag = lane.tag();
      DirectCall call = byTag[tag];
      long result = lane.result();
      calls.queue.answered(result, System.nanoTime() - call.startedNanos);
      call.dio.complete(result);
      step(tag, call);
    }
  }

  /// Tells the end of one call, for [#tag], [#result] and [#failure]; false if none is there.
  public boolean next() {
    if (done == 0) {
      return false;
    }
    told = ended[endedHead];
    endedHead = (endedHead + 1) % ended.length;
    done--;
    busy--;
    byTag[told].state = DirectCall.State.FREE;
    return true;
  }

  /// Which call has ended.
  public int tag() {
    return told;
  }

  /// How many bytes went or came: fewer than asked at the end of the file, after [#cancel], or a
  /// failure behind the first byte; -1 if it failed before that.
  public long result() {
    return byTag[told].result;
  }

  /// Why it ended early; null if it didn't fail.
  public @Nullable IOException failure() {
    return byTag[told].failure;
  }

  /// Asks for the end of a call; [#next] tells it.
  public void cancel(int tag) throws IOException {
    byTag[tag].dio.cancel();
    lane.cancel(tag);
  }

  /// What was copied.
  public Tally tally() {
    return tally;
  }

  /// What the lane has done.
  public LaneStats stats() {
    return lane.stats();
  }

  /// Cancels all calls, waits until the kernel has nothing of them, and frees the lane.
  @Override
  public void close() {
    try {
      for (int tag = 0; tag < byTag.length; tag++) {
        if (byTag[tag].state != DirectCall.State.FREE) {
          cancel(tag);
        }
      }
      while (done < busy) {
        await(busy, Engine.FOREVER);
      }
    } catch (IOException e) {
      throw new IllegalStateException("close() with calls under way: " + lane.name(), e);
    } finally {
      lane.close();
      for (DirectCall call : byTag) {
        if (call.stamp != 0) {
          letGo(call);
        }
        call.endWrite();
        call.dio.abandon();
      }
    }
  }
}
