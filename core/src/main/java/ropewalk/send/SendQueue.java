package ropewalk.send;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.page.Account;
import ropewalk.page.FolioPool;

/// The sends of one socket whose pages the kernel still holds, in the order in which they were
/// submitted.
///
/// ```
///      oldest                                                        next
///   |  out   | done, waits | out    | out: accepted | begun: in the  |
///   |        | for oldest  |        | not yet       | sender's hand  |
///   +--------+-------------+--------+---------------+----------------+
///       ▲                      ▲
///       └── completed(low, high, copied): pins dropped at once, in any order
/// ```
///
/// Each entry is released by exactly one completion: a range of the error queue ([ErrorQueue]), or
/// the second answer of a ring, which the entry itself is told. Numbers that are not out, or were
/// named before, are counted as strays and release nothing.
///
/// **Limits.** At most `limit` bytes and [#SENDS_MAX] sends are out at a time; beyond that [#begin]
/// or the entry refuses, and the sender copies. **Figures** tell how far it has come; none of them
/// ever frees a page.
///
/// | state | guarded by |
/// |---|---|
/// | entries, numbers, figures, `isCollecting`, `isParted` | `lock`, held for a few steps |
/// | reading notifications | `reading`, held over calls that don't wait; before `lock` |
/// | pins and charges | dropped by whoever took the entry out, with no lock held |
///
/// One thread begins sends at a time (the socket's send lock); anybody may complete, collect, part.
public final class SendQueue {
  /// The most sends out: sixty-four pieces each is more than any socket's buffer takes.
  static final int SENDS_MAX = 1024;

  private final Engine engine;
  private final Fd fd;
  private final Stay stay;
  private final Account account;
  private final @Nullable Notices notices;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();

  private final Ranges ids;
  private @Nullable SendEntry[] entries = new @Nullable SendEntry[16];
  private int head;
  private @Nullable SendEntry atRest;
  private int unreleased;
  private long lent;
  private long strays;
  private boolean isCollecting;
  private boolean isParted;
  private boolean isFree;

  /// Notifications in a row that said *copied*. Written under the lock.
  private volatile int copies;

  /// Over a source of notifications, or none if [SendEntry#released] is told of each; the first
  /// send has the number `first`.
  SendQueue(
      Engine engine, FolioPool pool, Fd fd, long limit, @Nullable Notices notices, int first) {
    this.engine = engine;
    this.fd = fd;
    this.stay = new Stay(fd);
    this.account = pool.account("socket " + fd, limit);
    this.notices = notices;
    this.ids = new Ranges(first);
  }

  /// Opens the queue of `fd`, which may hold `limit` bytes; null if the kernel has no zero-copy
  /// sends for this kind of socket. It is freed when [#part] has come to its end.
  ///
  /// @param byRing whether to send by the engine's ring if it has one
  public static @Nullable SendQueue open(
      Engine engine, FolioPool pool, Fd fd, long limit, boolean byRing) throws IOException {
    if (byRing && engine.canSendZeroCopy()) {
      return new SendQueue(engine, pool, fd, limit, null, 0);
    }
    ErrorQueue errors = ErrorQueue.open(engine.syscalls(), fd);
    return errors == null ? null : new SendQueue(engine, pool, fd, limit, errors, 0);
  }

  /// Whether sends are to go by [Engine#startSendMessage], with the entry as landing; else they
  /// carry MSG_ZEROCOPY.
  public boolean isByRing() {
    return notices == null;
  }

  /// *Gives* an empty entry with the next number, to be filled, submitted, and told of the answer;
  /// null if no more sends may be out.
  public @Nullable SendEntry begin() {
    lock.lock();
    try {
      if (isParted || ids.out() >= SENDS_MAX || !stay.begin()) {
        return null;
      }
      SendEntry entry = atRest;
      if (entry == null) {
        entry = new SendEntry(this, account);
      } else {
        atRest = entry.next;
        entry.next = null;
      }
      if (ids.out() == entries.length) {
        grow();
      }
      entries[index(ids.out())] = entry;
      entry.number = ids.issue();
      unreleased++;
      return entry;
    } finally {
      lock.unlock();
    }
  }

  /// The same for a send of `bytes`. Where these would exceed the limit, it first takes in what the
  /// kernel is done with: one call for all of it is cheaper than a copy of each send until the
  /// collector comes.
  public @Nullable SendEntry begin(long bytes) {
    if (notices != null && account.charged() > account.limit() - bytes) {
      int _ = collect();
    }
    return begin();
  }

  /// The kernel holds the entry's pages from now on.
  void accepted(SendEntry entry) {
    boolean isOver;
    lock.lock();
    try {
      entry.isAccepted = true;
      lent += entry.bytes();
      isOver = entry.isCompleted;
      if (isOver) {
        entries[index(ids.place(entry.number))] = null;
        retire();
      } else if (notices != null && !isCollecting && !isParted) {
        isCollecting = true;
        Collector.start(this, engine, fd);
      }
    } finally {
      lock.unlock();
    }
    if (isOver) {
      release(entry);
    }
  }

  /// Nothing of the entry was sent, and the kernel has not counted it. It is the last one.
  void refused(SendEntry entry) {
    lock.lock();
    try {
      entries[index(ids.out() - 1)] = null;
      ids.withdraw();
      retire();
      rest(entry);
    } finally {
      lock.unlock();
    }
  }

  /// The kernel is done with the sends `low` to `high`, which it `copied` after all or not.
  void completed(int low, int high, boolean copied) {
    SendEntry done = null;
    lock.lock();
    try {
      int first = ids.first(low);
      int end = ids.end(high);
      if (end <= first) {
        strays++;
      }
      for (int place = first; place < end; place++) {
        SendEntry entry = entries[index(place)];
        if (entry == null || entry.isCompleted) {
          strays++;
          continue;
        }
        entry.isCompleted = true;
        if (entry.isAccepted) {
          entries[index(place)] = null;
          entry.next = done;
          done = entry;
        }
      }
      retire();
      copies = copied ? copies + 1 : 0;
    } finally {
      lock.unlock();
    }
    while (done != null) {
      SendEntry next = done.next;
      done.next = null;
      release(done);
      done = next;
    }
  }

  /// Reads the notifications that are there; answers how many. Doesn't wait.
  public int collect() {
    int number;
    try {
      number = fd.enter();
    } catch (ClosedChannelException e) {
      return 0; // whoever parted with it reads the rest
    }
    try {
      return collect(number);
    } finally {
      fd.exit();
    }
  }

  int collect(int number) {
    reading.lock();
    try {
      return notices == null || isFree ? 0 : notices.take(number, this);
    } finally {
      reading.unlock();
    }
  }

  /// Forbids new sends. Must come before the descriptor is closed; the answer is begun after it was
  /// ([Parting#begin]), and sees to whatever is still out. Null for all but the first.
  ///
  /// @param abort whether what is queued is to be thrown away and the peer told by a reset
  public @Nullable Parting part(boolean abort) {
    lock.lock();
    try {
      if (isParted) {
        return null;
      }
      isParted = true;
    } finally {
      lock.unlock();
    }
    return new Parting(this, engine, fd, abort);
  }

  /// Where we are in the descriptor; whoever parts with the socket takes that over.
  Stay stay() {
    return stay;
  }

  /// Whether the kernel may hold pages, or somebody is about to hand it some.
  public boolean isOut() {
    lock.lock();
    try {
      return unreleased > 0;
    } finally {
      lock.unlock();
    }
  }

  /// Sends that are out.
  public int sends() {
    lock.lock();
    try {
      return unreleased;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes whose pages the kernel may hold now.
  public long held() {
    return account.charged();
  }

  /// Bytes that were lent so far.
  public long lent() {
    lock.lock();
    try {
      return lent;
    } finally {
      lock.unlock();
    }
  }

  /// Notifications, the last ones in a row, that said the kernel had copied after all.
  public int copies() {
    return copies;
  }

  /// Notifications of sends that were not out: 0 with any kernel that keeps its word.
  long strays() {
    lock.lock();
    try {
      return strays;
    } finally {
      lock.unlock();
    }
  }

  /// Whether the collector may go home: nothing is out, and the next send starts another.
  boolean endCollecting() {
    lock.lock();
    try {
      if (ids.out() > 0 && !isParted) {
        return false;
      }
      isCollecting = false;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// The collector has failed; the next send starts another.
  void failCollecting() {
    lock.lock();
    try {
      isCollecting = false;
    } finally {
      lock.unlock();
    }
  }

  /// Frees what it holds; nobody is told of anything any more.
  void free() {
    reading.lock();
    try {
      if (!isFree && notices != null) {
        notices.close();
      }
      isFree = true;
    } finally {
      reading.unlock();
    }
    stay.end();
  }

  private void release(SendEntry entry) {
    entry.release();
    lock.lock();
    try {
      rest(entry);
    } finally {
      lock.unlock();
    }
  }

  private void rest(SendEntry entry) {
    unreleased--;
    entry.isAccepted = false;
    entry.isCompleted = false;
    entry.next = atRest;
    atRest = entry;
  }

  /// Moves on over all that is done at the front.
  private void retire() {
    while (ids.out() > 0 && entries[head] == null) {
      ids.retire();
      head = (head + 1) & (entries.length - 1);
    }
  }

  private int index(int place) {
    return (head + place) & (entries.length - 1);
  }

  private void grow() {
    @Nullable SendEntry[] wider = new @Nullable SendEntry[2 * entries.length];
    for (int place = 0; place < entries.length; place++) {
      wider[place] = entries[index(place)];
    }
    entries = wider;
    head = 0;
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "SendQueue[%s, sends=%d, held=%d, %s]".formatted(fd, unreleased, held(), ids);
    } finally {
      lock.unlock();
    }
  }
}
