package ropewalk.pipe;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Poll;
import ropewalk.page.PageRef;

/// Who may pass into a pipe and out of it, and who waits: its lock, its two ends, its two queues,
/// and what can be asked of the ring in one go.
///
/// ```
///   fills   --> closed? broken? --> room?  -- no --> waits in `drained` <-- signalled when a slot
///                                                                           is emptied
///   drains  --> ended?          --> bytes? -- no --> waits in `filled`  <-- signalled when one is
///                                                                           filled
///                      either end closed: both queues are signalled
/// ```
///
/// Methods take the lock unless they say that the caller has it. A virtual thread that waits parks.
/// Waits end by what they wait for, by a deadline ([SocketTimeoutException]), by an interrupt
/// ([InterruptedIOException], the kernel's EINTR; the thread stays interrupted) or by a close.
final class Turnstile {

  /// How often to look before parking: some microseconds, about what parking costs. Where there is
  /// one processor the other side can't come meanwhile.
  private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 64 : 0;

  final ReentrantLock lock = new ReentrantLock();
  final Condition filled = lock.newCondition();
  final Condition drained = lock.newCondition();

  private final long number;
  private final Ring ring;
  private boolean sourceClosed;
  private boolean sinkClosed;

  Turnstile(long number, Ring ring) {
    this.number = number;
    this.ring = ring;
  }

  /// Takes the lock, and spins a little for it first: it is held for some tens of nanoseconds, and
  /// parking takes a hundred times as long.
  void enter() {
    for (int i = 0; i < LOOKS; i++) {
      if (lock.tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    lock.lock();
  }

  /// Whether nothing more will come in. The caller has the lock.
  boolean isSourceClosed() {
    return sourceClosed;
  }

  /// Whether nobody drains it any more. The caller has the lock.
  boolean isSinkClosed() {
    return sinkClosed;
  }

  /// Whether nobody will get a byte out of it any more. The caller has the lock.
  boolean hasEnded() {
    return sinkClosed || (sourceClosed && ring.isDrained());
  }

  void closeSource() {
    enter();
    try {
      sourceClosed = true;
      filled.signalAll();
      drained.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void closeSink() {
    enter();
    try {
      sinkClosed = true;
      filled.signalAll();
      drained.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Throws unless bytes may be put in. The caller has the lock.
  void demandFillable() throws IOException {
    if (sinkClosed) {
      throw new BrokenPipeException("pipe " + number);
    }
    if (sourceClosed) {
      throw new IOException("pipe " + number + ": its source was closed");
    }
  }

  int capacity() {
    enter();
    try {
      return ring.capacity();
    } finally {
      lock.unlock();
    }
  }

  int used() {
    enter();
    try {
      return ring.used();
    } finally {
      lock.unlock();
    }
  }

  int free() {
    enter();
    try {
      return ring.free();
    } finally {
      lock.unlock();
    }
  }

  long bytes() {
    enter();
    try {
      return ring.bytes();
    } finally {
      lock.unlock();
    }
  }

  /// See [Pipe#ready].
  int ready() {
    enter();
    try {
      return (ring.isEmpty() ? 0 : Poll.POLLIN)
          | (ring.isFull() ? 0 : Poll.POLLOUT)
          | (isSourceClosed() ? Poll.POLLHUP : 0)
          | (isSinkClosed() ? Poll.POLLERR : 0);
    } finally {
      lock.unlock();
    }
  }

  boolean isEnded() {
    enter();
    try {
      return hasEnded();
    } finally {
      lock.unlock();
    }
  }

  boolean isBroken() {
    enter();
    try {
      return isSinkClosed();
    } finally {
      lock.unlock();
    }
  }

  /// See [Pipe#peek].
  @Nullable PageRef first() {
    enter();
    try {
      return ring.isOpen() ? ring.first().ref() : null;
    } finally {
      lock.unlock();
    }
  }

  int firstFlags() {
    enter();
    try {
      return ring.isOpen() ? ring.first().flags() : Pipe.PLAIN;
    } finally {
      lock.unlock();
    }
  }

  /// *Gives* the first range, or null.
  @Nullable PageRef poll() {
    enter();
    try {
      return ring.isOpen() ? removeFirst() : null;
    } finally {
      lock.unlock();
    }
  }

  /// *Gives* the first range and wakes whom that helps. The caller has the lock.
  PageRef removeFirst() {
    PageRef ref = ring.removeFirst();
    drained.signalAll();
    return ref;
  }

  /// See [Pipe#consume].
  void consume(long n) {
    enter();
    try {
      long bytes = ring.isOpen() ? ring.bytes() : 0;
      if (n < 0 || n > bytes) {
        throw new IllegalArgumentException("consume(" + n + ") of " + bytes + " bytes");
      }
    } finally {
      lock.unlock();
    }
    for (long left = n; left > 0; ) {
      PageRef eaten;
      enter();
      try {
        if (!ring.isOpen()) {
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

  /// Ends what [Ring#takeInHand] began: `n` bytes of the first slot are consumed. If nobody drains
  /// the pipe any more, all of it.
  void letGo(int n) {
    PageRef emptied = null;
    enter();
    try {
      ring.letGo();
      if (sinkClosed || ring.first().ref().length() == n) {
        emptied = removeFirst();
      } else {
        ring.trimFirst(n);
      }
      filled.signalAll(); // the next reader's turn
    } finally {
      lock.unlock();
    }
    if (emptied != null) {
      emptied.close();
    }
  }

  /// Looks for a moment whether the other side is about to come, without the lock: most of the time
  /// it is at work on another processor, and parking and being woken costs both sides more than a
  /// slot's whole way through the pipe. What it sees may be old; whoever comes back looks again.
  private void linger(boolean forRoom) {
    for (int i = 0; i < LOOKS && (forRoom ? ring.seemsFull() : ring.seemsEmpty()); i++) {
      Thread.onSpinWait();
    }
  }

  /// Parks until there is an empty slot.
  void awaitRoom(long deadlineNanos) throws IOException {
    linger(true);
    enter();
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

  /// Whether there is an empty slot; throws as [#awaitRoom] does, and doesn't wait.
  boolean hasRoom() throws IOException {
    enter();
    try {
      demandFillable();
      return !ring.isFull();
    } finally {
      lock.unlock();
    }
  }

  /// Parks until there is a byte that nobody has in hand; false at the end.
  boolean awaitBytes(long deadlineNanos) throws IOException {
    linger(false);
    enter();
    try {
      while (!ring.isOpen()) {
        if (hasEnded()) {
          return false;
        }
        await(filled, deadlineNanos, "awaitBytes");
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Whether a drain would not wait: there is a byte, or the end.
  boolean isReadable() {
    enter();
    try {
      return ring.isOpen() || hasEnded();
    } finally {
      lock.unlock();
    }
  }

  /// Parks once, until signalled; under the lock, in a loop of the caller's that looks again.
  @SuppressWarnings("WaitNotInLoop") // the loops are the callers'
  void await(Condition condition, long deadlineNanos, String what) throws IOException {
    try {
      if (deadlineNanos == Pipe.FOREVER) {
        condition.await();
        return;
      }
      long left = deadlineNanos - System.nanoTime();
      if (left <= 0) {
        throw new SocketTimeoutException(what + " of pipe " + number + ": the deadline has passed");
      }
      var _ = condition.awaitNanos(left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(what + " of pipe " + number + ": interrupted");
    }
  }
}
