package ropewalk.pipe;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// A bounded ring of slots in which ranges of bytes wait, in order.
///
/// ```
///   source side                                              sink side
///   offer   (takes if true)    +-----+-----+-----+---+---+   peek (stays the pipe's)
///   push    (takes, parks)  -> | ref | ref | ref |   |   |   gather (iovec array, stays)
///   awaitRoom                  +-----+-----+-----+---+---+   consume(n), poll, take -> out
///   closeSource: the end       first out         Ring        closeSink: released, broken
/// ```
///
/// Order of slots is order of bytes. A slot holds one [PageRef] of at least one byte, and the flags
/// said explicitly when it came; a range of no bytes is released and takes no slot (contract R-16),
/// so that an empty range is never taken for the end.
///
/// **The two ends.** The filling side ends the stream by [#closeSource]: what is in the pipe can
/// still be drained, then [#isEnded] holds. The draining side leaves by [#closeSink]: what is in
/// the pipe is released, and whoever fills it gets [BrokenPipeException].
///
/// **Shared:** everything, behind one lock, held only to move references about; never while anybody
/// waits, reads or writes (rule 9). Virtual threads park. A pipe that one thread fills and drains
/// by turns costs two uncontended lock operations a call.
///
/// **Waiting** is for the first byte only (invariant 8): [#push], [#take], [#awaitBytes],
/// [#awaitRoom] park; whatever has moved a byte already returns instead of waiting for more.
public final class Pipe implements AutoCloseable {

  /// No flag.
  public static final int PLAIN = 0;

  /// The range is a message of its own.
  public static final int PACKET = 1;

  /// The kernel may keep the pages behind this range.
  public static final int GIFT = 2;

  /// Waits for ever.
  public static final long FOREVER = Long.MAX_VALUE;

  /// The kernel's default number of slots.
  public static final int SLOTS_DEFAULT = 16;

  /// More than any pipe of the kernel may have: beyond it a mistake is likelier than a need.
  private static final int SLOTS_MAX = 1 << 16;

  private static final AtomicLong NUMBERS = new AtomicLong();

  /// The order in which two are locked ([Transfer]).
  final long number = NUMBERS.incrementAndGet();

  final ReentrantLock lock = new ReentrantLock();
  final Condition filled = lock.newCondition();
  final Condition drained = lock.newCondition();

  final Ring ring;
  private boolean sourceClosed;
  private boolean sinkClosed;

  private Pipe(int capacity) {
    ring = new Ring(capacity);
  }

  /// Opens a pipe of at least `slots` slots: the next power of two.
  public static Pipe open(int slots) {
    if (slots < 1 || slots > SLOTS_MAX) {
      throw new IllegalArgumentException(
          "a pipe has between 1 and " + SLOTS_MAX + " slots: slots=" + slots);
    }
    return new Pipe(slots == 1 ? 1 : Integer.highestOneBit(slots - 1) << 1);
  }

  /// How many slots it has.
  public int slots() {
    return ring.capacity();
  }

  /// How many slots are filled.
  public int used() {
    lock.lock();
    try {
      return ring.used();
    } finally {
      lock.unlock();
    }
  }

  /// How many slots are empty.
  public int free() {
    return ring.capacity() - used();
  }

  /// How many bytes wait in it.
  public long bytes() {
    lock.lock();
    try {
      return ring.bytes();
    } finally {
      lock.unlock();
    }
  }

  /// Whether all has been drained that will ever come.
  public boolean isEnded() {
    lock.lock();
    try {
      return ring.isEmpty() && (sourceClosed || sinkClosed);
    } finally {
      lock.unlock();
    }
  }

  /// Whether the draining side has left.
  public boolean isBroken() {
    lock.lock();
    try {
      return sinkClosed;
    } finally {
      lock.unlock();
    }
  }

  /// Puts `ref` behind the others if there is a slot. *Takes* `ref` when it answers true;
  /// otherwise, or when it throws, `ref` stays the caller's.
  public boolean offer(PageRef ref) throws IOException {
    return offer(ref, PLAIN);
  }

  /// As [#offer(PageRef)], with flags.
  public boolean offer(PageRef ref, int flags) throws IOException {
    Slot.checkFlags(flags);
    boolean empty = ref.length() == 0;
    lock.lock();
    try {
      demandFillable();
      if (!empty) {
        if (ring.isFull()) {
          return false;
        }
        ring.append(ref, flags);
        filled.signalAll();
        return true;
      }
    } finally {
      lock.unlock();
    }
    ref.close();
    return true;
  }

  /// Puts `ref` behind the others, and parks until there is a slot. *Takes* `ref`, always: also
  /// when it throws.
  public void push(PageRef ref) throws IOException {
    push(ref, PLAIN, FOREVER);
  }

  /// As [#push(PageRef)], with flags, until `deadlineNanos` of `System.nanoTime()` at most.
  public void push(PageRef ref, int flags, long deadlineNanos) throws IOException {
    boolean pushed = false;
    try {
      while (!offer(ref, flags)) {
        awaitRoom(deadlineNanos);
      }
      pushed = true;
    } finally {
      if (!pushed) {
        ref.close();
      }
    }
  }

  /// Parks until there is an empty slot.
  public void awaitRoom(long deadlineNanos) throws IOException {
    lock.lock();
    try {
      demandFillable();
      while (ring.isFull()) {
        await(drained, deadlineNanos, "awaitRoom");
        demandFillable();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Says that nothing more will come.
  public void closeSource() {
    lock.lock();
    try {
      sourceClosed = true;
      filled.signalAll();
      drained.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // The draining side.

  /// The first range, or null if there is none at the moment. It stays the pipe's: look at it, lend
  /// from it, then [#consume] or [#poll] it.
  public @Nullable PageRef peek() {
    lock.lock();
    try {
      return ring.isEmpty() ? null : ring.first().ref();
    } finally {
      lock.unlock();
    }
  }

  /// What was said about the first range when it came; [#PLAIN] if there is none.
  public int peekFlags() {
    lock.lock();
    try {
      return ring.isEmpty() ? PLAIN : ring.first().flags();
    } finally {
      lock.unlock();
    }
  }

  /// *Gives* the first range, or null if there is none at the moment.
  public @Nullable PageRef poll() {
    lock.lock();
    try {
      return ring.isEmpty() ? null : removeFirst();
    } finally {
      lock.unlock();
    }
  }

  /// *Gives* the first range and parks until there is one; null at the end.
  public @Nullable PageRef take() throws IOException {
    return take(FOREVER);
  }

  /// As [#take()], until `deadlineNanos` of `System.nanoTime()` at most.
  public @Nullable PageRef take(long deadlineNanos) throws IOException {
    for (; ; ) {
      PageRef first = poll();
      if (first != null || !awaitBytes(deadlineNanos)) {
        return first;
      }
    }
  }

  /// Parks until there is a byte; false at the end.
  public boolean awaitBytes(long deadlineNanos) throws IOException {
    lock.lock();
    try {
      while (ring.isEmpty()) {
        if (sourceClosed || sinkClosed) {
          return false;
        }
        await(filled, deadlineNanos, "awaitBytes");
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Fills the iovec array at `iov` with the first bytes, in order, and answers how many entries it
  /// filled: at most `entriesMax`, with at most `bytesMax` bytes in all. Nothing leaves the pipe;
  /// the caller consumes what the kernel took, and nobody else drains meanwhile.
  public int gather(long iov, int entriesMax, long bytesMax) {
    lock.lock();
    try {
      return ring.gather(iov, entriesMax, bytesMax);
    } finally {
      lock.unlock();
    }
  }

  /// Fills the array as [#gather] does and gives what it names to the kernel: lent ranges of the
  /// gift class, up to the first that isn't. They stay given whatever the kernel takes of them.
  public int gatherGiven(long iov, int entriesMax, long bytesMax) {
    lock.lock();
    try {
      return ring.gatherGiven(iov, entriesMax, bytesMax);
    } finally {
      lock.unlock();
    }
  }

  /// Releases the first `n` bytes: whole slots, and the start of the one where they end. More than
  /// there are is an error, and then nothing is released.
  public void consume(long n) {
    lock.lock();
    try {
      if (n < 0 || n > ring.bytes()) {
        throw new IllegalArgumentException("consume(" + n + ") of " + ring.bytes() + " bytes");
      }
    } finally {
      lock.unlock();
    }
    for (long left = n; left > 0; ) {
      PageRef eaten;
      lock.lock();
      try {
        if (ring.isEmpty()) {
          return; // the sink was closed meanwhile, and that released all
        }
        if (ring.first().ref().length() > left) {
          ring.trimFirst((int) left);
          return;
        }
        eaten = removeFirst();
      } finally {
        lock.unlock();
      }
      left -= eaten.length();
      eaten.close(); // not under the lock: the backing of a given folio is dropped by a call
    }
  }

  /// Says that nobody will drain it any more, and releases what is in it.
  public void closeSink() {
    lock.lock();
    try {
      sinkClosed = true;
      filled.signalAll();
      drained.signalAll();
    } finally {
      lock.unlock();
    }
    for (PageRef left = poll(); left != null; left = poll()) {
      left.close();
    }
  }

  /// Moves at most `limit` bytes to the end of `target`: whole slots as they are, flags and all,
  /// and the head of one that is too long. Parks until one byte can move; answers how many did, or
  /// -1 at the end of this pipe.
  public long moveTo(Pipe target, long limit) throws IOException {
    return new Transfer(this, target).run(limit, true);
  }

  /// Appends second references of the first `limit` bytes to `target`, as [#moveTo] moves them, and
  /// leaves this pipe as it is. The flags are not handed down: a range that is in two pipes is
  /// nobody's gift (contract R-02).
  public long tee(Pipe target, long limit) throws IOException {
    return new Transfer(this, target).run(limit, false);
  }

  @Override
  public void close() {
    closeSource();
    closeSink();
  }

  private PageRef removeFirst() {
    PageRef ref = ring.removeFirst();
    drained.signalAll();
    return ref;
  }

  void demandFillable() throws IOException {
    if (sinkClosed) {
      throw new BrokenPipeException("pipe " + number + ": nobody drains it any more");
    }
    if (sourceClosed) {
      throw new IOException("pipe " + number + ": its source was closed");
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the loops are the callers'
  private void await(Condition condition, long deadlineNanos, String what) throws IOException {
    try {
      if (deadlineNanos == FOREVER) {
        condition.await();
        return;
      }
      long left = deadlineNanos - System.nanoTime();
      if (left <= 0) {
        throw new SocketTimeoutException(what + " of " + this + ": the deadline has passed");
      }
      var _ = condition.awaitNanos(left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(what + " of " + this + ": interrupted");
    }
  }

  @Override
  public String toString() {
    String ends = (sourceClosed ? ", source closed" : "") + (sinkClosed ? ", sink closed" : "");
    return "pipe %d: %d of %d slots, %d bytes%s"
        .formatted(number, used(), ring.capacity(), bytes(), ends);
  }
}
