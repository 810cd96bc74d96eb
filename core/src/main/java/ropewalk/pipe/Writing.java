package ropewalk.pipe;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Abi;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// `write(2)` on a pipe of ours: bytes are copied into pages of the pool, and the pages are slots.
///
/// ```
///   count = 2 pages + 5 bytes
///     the 5 bytes  -> the rest of the last page, if it was written here and has room for all 5
///     the 2 pages  -> a slot each; waits, or answers short, where there is none
///     (no such rest: 3 slots, the last of 5 bytes, whose rest the next write may fill)
/// ```
///
/// The first bytes go into the rest, so that order holds; the kernel merges by the same rule, and
/// that decides how much a full pipe takes. A packet write never leaves a rest behind.
///
/// Nothing is copied, and no page waited for, under the pipe's lock: the rest is taken out of its
/// slot, filled, and put back if the slot is still the last; else it becomes a slot of its own.
final class Writing {

  private static final int PAGE = Abi.pageSize();

  private final Pipe pipe;
  private final Turnstile turnstile;
  private final Ring ring;
  private final FolioPool pool;
  private final IovIter source;
  private final int flags;
  private final boolean mayWait;
  private final long deadlineNanos;
  private final Tally tally;
  private final long before;

  Writing(Pipe pipe, FolioPool pool, IovIter source, int flags, long deadlineNanos, Tally tally) {
    this.pipe = pipe;
    this.pool = pool;
    this.source = source;
    this.flags = flags & Pipe.PACKET;
    this.mayWait = (flags & Pipe.NONBLOCK) == 0;
    this.deadlineNanos = deadlineNanos;
    this.tally = tally;
    turnstile = pipe.turnstile;
    ring = pipe.ring;
    before = source.position();
  }

  /// Answers how many bytes went in, [Pipe#NOT_NOW], or throws if none did.
  long run() throws IOException {
    if (source.count() == 0) {
      return 0;
    }
    try {
      merge();
      while (source.count() > 0) {
        if (!append()) {
          return done() > 0 ? done() : Pipe.NOT_NOW;
        }
      }
      return done();
    } catch (IOException e) {
      if (done() > 0) {
        return done(); // the next call meets the error again
      }
      throw e;
    }
  }

  private long done() {
    return source.position() - before;
  }

  /// Fills the rest of the last page with the bytes that are no whole page, if it has room for
  /// them.
  private void merge() throws IOException {
    int bytes = (int) (source.count() & (PAGE - 1));
    PageRef rest;
    long mark;
    turnstile.enter();
    try {
      turnstile.demandFillable();
      rest = bytes == 0 ? null : ring.takeRest(bytes);
      mark = ring.mark();
    } finally {
      turnstile.lock.unlock();
    }
    if (rest == null) {
      return;
    }
    PageRef more;
    try {
      more = fill(rest, bytes);
    } catch (LinuxException e) {
      restore(mark, rest);
      throw e;
    }
    boolean isTaken = false;
    try {
      isTaken = putRest(mark, more, rest);
      if (!isTaken) {
        isTaken = place(more, rest);
      }
    } finally {
      if (!isTaken) {
        more.close();
        rest.close();
        source.revert(bytes);
      }
    }
  }

  /// Puts an untouched rest back where it was taken, if that is still the last slot.
  private void restore(long mark, PageRef rest) {
    boolean isBack;
    turnstile.enter();
    try {
      isBack = !turnstile.isSinkClosed() && ring.restoreRest(mark, rest);
    } finally {
      turnstile.lock.unlock();
    }
    if (!isBack) {
      rest.close();
    }
  }

  private boolean putRest(long mark, PageRef more, PageRef rest) throws IOException {
    turnstile.enter();
    try {
      turnstile.demandFillable();
      if (!ring.putRest(mark, more, rest)) {
        return false;
      }
      turnstile.filled.signalAll();
      return true;
    } finally {
      turnstile.lock.unlock();
    }
  }

  /// Puts the next page into a slot; false if there is none and the caller won't wait.
  private boolean append() throws IOException {
    if (!awaitRoom()) {
      return false;
    }
    int bytes = (int) Math.min(PAGE, source.count());
    PageRef page = pool.take(PAGE, FolioClass.RING);
    PageRef head = null;
    boolean isTaken = false;
    try {
      head = fill(page, bytes);
      isTaken = place(head, page);
    } finally {
      if (!isTaken) {
        page.close();
        if (head != null) {
          head.close();
          source.revert(bytes);
        }
      }
    }
    return isTaken;
  }

  /// Puts `head` into a slot of its own, with the rest of its page unless it is a packet or full.
  /// *Takes* both when it answers true; false if there is no slot and the caller won't wait.
  private boolean place(PageRef head, PageRef page) throws IOException {
    boolean isWhole = page.length() == 0 || (flags & Pipe.PACKET) != 0;
    for (; ; ) {
      turnstile.enter();
      try {
        turnstile.demandFillable();
        if (!ring.isFull()) {
          ring.append(head, flags, isWhole ? null : page);
          turnstile.filled.signalAll();
          break;
        }
      } finally {
        turnstile.lock.unlock();
      }
      if (!awaitRoom()) {
        return false;
      }
    }
    if (isWhole) {
      page.close();
    }
    return true;
  }

  private boolean awaitRoom() throws IOException {
    if (mayWait) {
      pipe.awaitRoom(deadlineNanos);
      return true;
    }
    return pipe.free() > 0 || pipe.isBroken();
  }

  /// Copies `bytes` bytes into `page` and *gives* them, published; `page` keeps what is behind
  /// them. If the caller's memory can't be read, page and source are as they were.
  private PageRef fill(PageRef page, int bytes) throws IOException {
    long start = source.position();
    @Nullable RuntimeException fault = null;
    try {
      Copy.outOf(source, page.target(), 0, bytes, tally);
    } catch (IllegalStateException | WrongThreadException e) {
      fault = e;
    }
    if (fault != null) {
      source.revert(source.position() - start);
      throw fault(fault, bytes);
    }
    PageRef head = page.splitHead(bytes);
    head.publish(bytes);
    return head;
  }

  private LinuxException fault(RuntimeException cause, int bytes) {
    LinuxException fault =
        LinuxException.of(-Errno.EFAULT, "write", "pipe", pipe.number, "length", bytes);
    fault.initCause(cause);
    return fault;
  }
}
