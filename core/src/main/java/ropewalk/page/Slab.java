package ropewalk.page;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Syscalls;

/// The memory of one class, carved into folios.
///
/// ```
///   |===== folio =====|== folio ==|== folio ==|========= free ==========|
///   ^ address                                                           ^ address + bytes
/// ```
///
/// **Shared:** all of it, under one lock, which is held for some tens of nanoseconds and never over
/// a call of the kernel. The folios' words are not under it: the last one to let go of a folio
/// finds itself here ([#bringBack]) and only then takes the lock.
///
/// **Waiting** is first come, first served. While anybody waits nobody else may take, except from
/// the reserve; whoever brings a folio back serves the queue and hands folios over directly.
///
/// **Magazines** before the lock hold a few folios of the two usual sizes. They are open while a
/// quarter of the slab is free beside the reserve and nobody waits, and shut below an eighth.
final class Slab implements Folio.Home {

  /// Magazines open when one page in so many is free beside the reserve.
  private static final int OPEN_SHARE = 4;

  /// They are shut when fewer are: half, so that they don't swing.
  private static final int SHUT_SHARE = 8;

  private static final class Waiter {
    final int order;
    final Condition turn;
    @Nullable Folio granted;

    Waiter(int order, Condition turn) {
      this.order = order;
      this.turn = turn;
    }
  }

  private final FolioClass kind;
  private final int pageSize;
  private final SlabMemory memory;
  private final long address;
  private final long bytes;
  private final long reservePages;
  private final int waitingMax;

  /// Whether there are magazines: not for zeros, which never come home.
  private final boolean mayStock;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private final Buddy buddy;
  private final @Nullable Folio[] folios;
  private final Magazines magazines;
  private final Consumer<Folio> toBuddy = this::free;

  private long taken;
  private long refused;
  private long dropped;
  private long quarantined;
  private boolean closing;

  /// Maps `bytes` of private anonymous memory, a multiple of 2^`orderMax` pages, for reading or, if
  /// `writable`, for both; of huge pages, if `huge` and the kernel has them.
  Slab(
      Syscalls syscalls,
      FolioClass kind,
      long bytes,
      int pageSize,
      int orderMax,
      boolean writable,
      boolean huge,
      long reserve,
      int waitingMax)
      throws IOException {
    this.kind = kind;
    this.pageSize = pageSize;
    this.bytes = bytes;
    this.reservePages = (reserve + pageSize - 1) / pageSize;
    this.waitingMax = waitingMax;
    int pages = Math.toIntExact(bytes / pageSize);
    buddy = new Buddy(pages, orderMax);
    folios = new @Nullable Folio[pages];
    magazines = new Magazines(pageSize);
    mayStock = writable;
    memory = new SlabMemory(syscalls, kind, bytes, (long) pageSize << orderMax, writable, huge);
    address = memory.address();
    reopenIfRoomy();
  }

  @Override
  public FolioClass kind() {
    return kind;
  }

  @Override
  public int pageSize() {
    return pageSize;
  }

  long bytes() {
    return bytes;
  }

  long address() {
    return address;
  }

  /// The folio that starts, or has started, at a page. Read without the lock: its word says whether
  /// it is in use.
  @Nullable Folio folioAt(int page) {
    return folios[page];
  }

  /// The order of the smallest run that holds `size` bytes.
  int order(int size) {
    int pages = (size + pageSize - 1) / pageSize;
    return Integer.SIZE - Integer.numberOfLeadingZeros(pages - 1);
  }

  /// Takes a folio if there is one and nobody waits; with `reserve` also the last ones.
  @Nullable Folio tryTake(int order, boolean reserve) {
    Folio atHand = reserve ? null : magazines.pop(order);
    if (atHand != null) {
      return atHand;
    }
    lock.lock();
    try {
      if (closing || (!reserve && !waiters.isEmpty())) {
        return null;
      }
      return carve(order, reserve);
    } finally {
      lock.unlock();
    }
  }

  /// Takes a folio and waits for it until `deadlineNanos`; null when that has passed or too many
  /// wait already.
  @Nullable Folio take(int order, long deadlineNanos) throws IOException {
    lock.lock();
    try {
      if (closing) {
        return null;
      }
      Folio folio = waiters.isEmpty() ? carve(order, false) : null;
      if (folio == null && waiters.size() < waitingMax) {
        folio = await(new Waiter(order, lock.newCondition()), deadlineNanos);
      }
      if (folio == null) {
        refused++;
      }
      return folio;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Folio await(Waiter waiter, long deadlineNanos) throws IOException {
    waiters.addLast(waiter);
    try {
      while (waiter.granted == null && !closing) {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
          break;
        }
        var _ = waiter.turn.awaitNanos(left);
      }
      return waiter.granted;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Folio granted = waiter.granted;
      if (granted != null) {
        return granted;
      }
      throw new InterruptedIOException(
          "take(%d KiB, %s): interrupted while waiting"
              .formatted((long) pageSize << waiter.order >> 10, kind));
    } finally {
      if (waiter.granted == null) {
        waiters.remove(waiter);
        serve();
      }
    }
  }

  /// Takes a folio from the buddy; if that has none, from what the magazines hold. While the
  /// magazines are open it also stocks them, and shuts them when it leaves little.
  private @Nullable Folio carve(int order, boolean reserve) {
    Folio folio = tryCarve(order, reserve);
    if (folio == null && magazines.isOpen()) {
      magazines.shut(toBuddy);
      folio = tryCarve(order, reserve);
    }
    if (folio == null) {
      return null;
    }
    folio.take();
    taken++;
    if (magazines.isOpen()) {
      for (int wanted = magazines.wanted(order); wanted > 0 && isRoomy(order); wanted--) {
        Folio more = tryCarve(order, false);
        if (more == null || !magazines.push(more)) {
          if (more != null) {
            free(more);
          }
          break;
        }
      }
      if (spare() < buddy.pages() / SHUT_SHARE) {
        magazines.shut(toBuddy);
      }
    }
    return folio;
  }

  private @Nullable Folio tryCarve(int order, boolean reserve) {
    if (!reserve && buddy.freePages() - (1 << order) < reservePages) {
      return null;
    }
    int page = buddy.take(order);
    if (page == Buddy.NONE) {
      return null;
    }
    Folio folio = folios[page];
    if (folio == null) {
      folio = new Folio(this, page, address + (long) page * pageSize);
      folios[page] = folio;
    }
    folio.order(order);
    return folio;
  }

  private void free(Folio folio) {
    buddy.free(folio.page(), folio.order());
  }

  /// Pages of the buddy's that are not its reserve; negative when that is in use.
  private long spare() {
    return buddy.freePages() - reservePages;
  }

  /// Whether magazines may take a folio of this order: enough is left so that they need not be shut
  /// at once.
  private boolean isRoomy(int order) {
    return spare() - (1 << order) >= buddy.pages() / OPEN_SHARE;
  }

  private void reopenIfRoomy() {
    if (mayStock && !closing && !magazines.isOpen() && waiters.isEmpty() && isRoomy(0)) {
      magazines.reopen();
    }
  }

  /// Grants to those who wait, in their order, as long as there is something to grant.
  private void serve() {
    for (Waiter first = waiters.peekFirst(); first != null; first = waiters.peekFirst()) {
      Folio folio = carve(first.order, false);
      if (folio == null) {
        return;
      }
      waiters.removeFirst();
      first.granted = folio;
      first.turn.signal();
    }
  }

  /// *Lends* what it is made of, for rings that are to know it in advance.
  SlabMemory memory() {
    return memory;
  }

  /// The whole slab as one zero folio, for as long as the pool is open.
  Folio blank(int order) {
    lock.lock();
    try {
      int page = buddy.take(order);
      Folio folio = new Folio(this, page, address + (long) page * pageSize);
      folios[page] = folio;
      folio.blank(order);
      return folio;
    } finally {
      lock.unlock();
    }
  }

  /// Takes a folio home whose last reference has just gone: `before` and `after` are its words of
  /// that moment. A given folio loses its backing first: its next user gets fresh pages, and what
  /// is in flight stays what it was (rule 6). Bad memory, and memory that would not be dropped,
  /// stays out for ever.
  @Override
  public void bringBack(Folio folio, long before, long after) {
    boolean given = FolioWord.has(before, FolioWord.GIVEN);
    boolean lost = FolioWord.has(after, FolioWord.POISONED);
    if (!given && !lost && magazines.push(folio)) {
      return;
    }
    if (given && !lost) {
      lost = !memory.drop(folio.address(), folio.size());
    }
    lock.lock();
    try {
      if (lost) {
        quarantined += folio.size();
      } else {
        dropped += given ? 1 : 0;
        free(folio);
        serve();
        magazines.spill(folio.order(), toBuddy);
        reopenIfRoomy();
      }
      unmapIfEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// No more takes; those who wait are refused. The memory goes when the last folio has come home.
  void close() {
    lock.lock();
    try {
      if (!closing) {
        closing = true;
        magazines.shut(toBuddy);
        for (Waiter waiter : waiters) {
          waiter.turn.signal();
        }
        unmapIfEmpty();
      }
    } finally {
      lock.unlock();
    }
  }

  private void unmapIfEmpty() {
    if (closing && free() + quarantined == bytes) {
      memory.close();
    }
  }

  private long free() {
    return (long) buddy.freePages() * pageSize;
  }

  /// A consistent look at the counters.
  Census census() {
    lock.lock();
    try {
      int lent = 0;
      int pinned = 0;
      int out = 0;
      for (Folio folio : folios) {
        long word = folio == null ? FolioWord.AT_REST : folio.wordAcquire();
        out += FolioWord.references(word) == 0 ? 0 : 1;
        lent += FolioWord.loans(word) == 0 ? 0 : 1;
        pinned += FolioWord.pins(word) == 0 ? 0 : 1;
      }
      int largest = buddy.largestFree();
      return new Census(
          kind,
          bytes,
          free() + magazines.pages() * pageSize,
          reservePages * pageSize,
          largest == Buddy.NONE ? 0 : (long) pageSize << largest,
          out,
          lent,
          pinned,
          waiters.size(),
          taken + magazines.taken(),
          refused,
          dropped,
          quarantined);
    } finally {
      lock.unlock();
    }
  }

  /// Describes each folio that somebody holds.
  void describeHeld(Consumer<String> line) {
    for (Folio folio : folios) {
      if (folio != null
          && FolioWord.references(folio.wordAcquire()) != 0
          && !FolioWord.has(folio.wordAcquire(), FolioWord.ZERO)) {
        line.accept(folio.toString());
      }
    }
  }
}
