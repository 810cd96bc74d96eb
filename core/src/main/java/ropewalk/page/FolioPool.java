package ropewalk.page;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.engine.Lane;
import ropewalk.engine.Registration;
import ropewalk.linux.Abi;
import ropewalk.linux.Syscalls;

/// All memory that the house moves bytes in: two slabs, taken at the start and never more.
///
/// ```
///                     +------------------------- FolioPool -------------------------+
///    PoolPlan ------> |  ring slab: may be registered    gift slab: may be given    |
///                     |  zero folio: read-only           handles: PageRefs at rest  |
///                     +---+------------------------------------------------^--------+
///                         | take                              last release |
///                         v                                                |
///                      PageRef --> fill --> publish --> lend, pipe, drain -+
/// ```
///
/// **Waiting.** [#take] waits its turn, first come, first served, for as long as the plan's
/// patience; then, or when too many wait already, it is refused, and the refusal says who holds
/// what. Nobody may wait here while holding a pipe, a page or a lock (rule 9): who can't wait uses
/// [#tryTake].
///
/// **Reserve.** The last folios of each slab go to [#tryTakeReserve] only: versions of what is on
/// loan, and writeback.
///
/// **Closing** a pool whose memory is still held throws and says by whom; the memory itself goes
/// away when the last reference does, never before.
public final class FolioPool implements AutoCloseable {

  /// The largest folio: a huge page of x86-64.
  public static final int FOLIO_MAX = 2 << 20;

  /// The most zeros in one reference. The kernel's own (IOMAP_ZERO_PAGE_SIZE) is as large.
  public static final int ZEROS_MAX = 64 << 10;

  /// Folios that a complaint describes one by one; more help nobody.
  private static final int DESCRIBED_MAX = 16;

  /// Frames of a taker's stack that a complaint shows.
  private static final int FRAMES_MAX = 12;

  private static final Set<FolioPool> OPEN = ConcurrentHashMap.newKeySet();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final int number = NUMBERS.incrementAndGet();
  private final PoolPlan plan;
  private final Slab ring;
  private final Slab gift;
  private final Slab zeros;
  private final Folio zero;
  private final Handles handles;
  private final LongAdder charged = new LongAdder();
  private final Set<PageRef> remembered = ConcurrentHashMap.newKeySet();
  private final Leaks leaks;
  private final boolean mayGive;

  private FolioPool(PoolPlan plan, Slab ring, Slab gift, Slab zeros, boolean mayGive) {
    this.plan = plan;
    this.mayGive = mayGive;
    this.ring = ring;
    this.gift = gift;
    this.zeros = zeros;
    zero = zeros.blank(zeros.order(ZEROS_MAX));
    leaks = plan.leaks();
    handles = new Handles(this, leaks != Leaks.ALL);
  }

  /// Takes the memory that `plan` says.
  public static FolioPool open(Syscalls syscalls, PoolPlan plan) throws IOException {
    int page = Abi.pageSize();
    int orderMax = Integer.numberOfTrailingZeros(FOLIO_MAX / page);
    boolean mayGive = GiftProof.holds(syscalls, page);
    boolean mayGiveHuge = !mayGive || GiftProof.holdsInHugePages(syscalls, page);
    List<Slab> opened = new ArrayList<>();
    try {
      for (FolioClass kind : FolioClass.values()) {
        opened.add(
            new Slab(
                syscalls,
                kind,
                plan.bytes(kind),
                page,
                orderMax,
                true,
                kind == FolioClass.RING || mayGiveHuge,
                plan.reserve(),
                plan.waitingMax()));
      }
      int zerosOrder = Math.max(0, Integer.numberOfTrailingZeros(ZEROS_MAX / page));
      opened.add(
          new Slab(syscalls, FolioClass.RING, ZEROS_MAX, page, zerosOrder, false, false, 0, 0));
    } catch (IOException | RuntimeException e) {
      opened.forEach(Slab::close);
      throw e;
    }
    FolioPool pool = new FolioPool(plan, opened.get(0), opened.get(1), opened.get(2), mayGive);
    OPEN.add(pool);
    return pool;
  }

  /// Whether pages of the gift class may be given to this kernel. It was tried when the pool was
  /// opened: a given page kept its bytes in flight after its backing was dropped and refilled.
  public boolean mayGive() {
    return mayGive;
  }

  /// The plan it was opened with.
  public PoolPlan plan() {
    return plan;
  }

  /// *Gives* a writable reference to a whole folio of at least `bytes` bytes; its length is the
  /// folio's. Waits its turn for as long as the plan's patience. Throws [PoolRefusal].
  public PageRef take(int bytes, FolioClass kind) throws IOException {
    PageRef ref = tryTake(bytes, kind); // mostly there is one, and a clock is dearer than a folio
    return ref != null ? ref : take(bytes, kind, System.nanoTime() + plan.patience().toNanos());
  }

  /// *Gives* a folio as [#take(int, FolioClass)], and waits until `deadlineNanos` of
  /// `System.nanoTime()` at most.
  public PageRef take(int bytes, FolioClass kind, long deadlineNanos) throws IOException {
    Slab slab = slab(bytes, kind);
    Folio folio = slab.take(slab.order(bytes), deadlineNanos);
    if (folio == null) {
      throw new PoolRefusal(
          "take(%d, %s): refused: %s%s".formatted(bytes, kind, slab.census(), holders()));
    }
    return fresh(folio);
  }

  /// *Gives* a folio if there is one and nobody waits for it; null otherwise.
  public @Nullable PageRef tryTake(int bytes, FolioClass kind) {
    Slab slab = slab(bytes, kind);
    Folio folio = slab.tryTake(slab.order(bytes), false);
    return folio == null ? null : fresh(folio);
  }

  /// *Gives* a folio even from the reserve: for versions of what is on loan, and for writeback.
  public @Nullable PageRef tryTakeReserve(int bytes, FolioClass kind) {
    Slab slab = slab(bytes, kind);
    Folio folio = slab.tryTake(slab.order(bytes), true);
    return folio == null ? null : fresh(folio);
  }

  /// *Lends* `length` zeros, at most [#ZEROS_MAX], from memory that nobody can write.
  public PageRef zeros(int length) {
    if (length < 0 || length > ZEROS_MAX) {
      throw new IllegalArgumentException("zeros(" + length + "): at most " + ZEROS_MAX);
    }
    if (!zero.tryLend()) {
      throw new IllegalStateException("zeros(" + length + "): refused: " + zero);
    }
    PageRef lent = handle();
    lent.open(zero, 0, length, Provenance.LENT, PageRef.Right.READ, Hold.LOAN);
    return lent;
  }

  /// Pins the folio that holds the `bytes` at `address`, if they lie in one of this pool that
  /// somebody keeps: for the kernel to read, or to `write` where nothing was published yet. Null if
  /// not; then the address is anybody's, and its bytes are copied (rule 10). The caller unpins.
  public @Nullable Folio tryPin(long address, long bytes, boolean write) {
    Folio folio = Recognition.tryPin(ring, address, bytes, write);
    return folio != null ? folio : Recognition.tryPin(gift, address, bytes, write);
  }

  /// Lets `engine` know the first [PoolPlan#registered] bytes of the ring slab in advance, as far
  /// as it can, until it closes or the memory goes. Once; close the engine first (rule 12).
  public Registration register(Engine engine) {
    return ring.memory().register(engine, plan.registered());
  }

  /// Lets `lane` know the same bytes in advance, until it closes. Its owner closes it before the
  /// pool.
  public Registration register(Lane lane) throws IOException {
    return ring.memory().register(lane, plan.registered());
  }

  /// Opens an account for a borrower that may have `limit` bytes on loan at a time.
  public Account account(String borrower, long limit) {
    return new Account(this, borrower, limit);
  }

  /// The pool at this moment.
  public PoolStats stats() {
    Census ringNow = ring.census();
    Census giftNow = gift.census();
    return new PoolStats(
        ring.bytes(),
        ringNow.free(),
        gift.bytes(),
        giftNow.free(),
        plan.reserve(),
        charged.sum(),
        ringNow.waiting() + giftNow.waiting(),
        ringNow.taken() + giftNow.taken(),
        ringNow.refused() + giftNow.refused(),
        ringNow.dropped() + giftNow.dropped(),
        ringNow.quarantined() + giftNow.quarantined());
  }

  /// Bytes of both slabs that the kernel keeps in huge pages at this moment, of those that were
  /// touched; -1 where it doesn't say. Reads a file of the kernel: not for every second.
  public long hugeBytes() {
    long rings = HugePages.of(ring.address(), ring.bytes());
    return rings < 0 ? rings : rings + HugePages.of(gift.address(), gift.bytes());
  }

  /// What is not as it is at rest (invariant 10): memory that somebody holds, with loans and pins,
  /// and charges that are out. Empty if the house is in order.
  public List<String> complaints() {
    List<String> held = new ArrayList<>();
    ring.describeHeld(held::add);
    gift.describeHeld(held::add);
    List<String> complaints = new ArrayList<>();
    if (!held.isEmpty()) {
      complaints.add(
          "pool %d is not full: %d folios are out%s"
              .formatted(
                  number,
                  held.size(),
                  leaks == Leaks.ALL ? "" : " (-Dropewalk.leaks=all tells who took them)"));
      held.stream().limit(DESCRIBED_MAX).forEach(complaints::add);
    }
    long zeroLoans = FolioWord.references(zero.wordAcquire()) - 1L;
    if (!isClosed() && zeroLoans > 0) {
      complaints.add("pool %d: %d references to zeros are out".formatted(number, zeroLoans));
    }
    if (charged.sum() != 0) {
      complaints.add("pool %d: %d bytes are charged to borrowers".formatted(number, charged.sum()));
    }
    remembered.stream().limit(DESCRIBED_MAX).forEach(ref -> complaints.add(story(ref)));
    return complaints;
  }

  /// The complaints of all pools that are open: the audit's question.
  public static List<String> census() {
    List<String> all = new ArrayList<>();
    OPEN.forEach(pool -> all.addAll(pool.complaints()));
    return all;
  }

  /// Closes the pool: no more takes. Throws if anybody still holds memory, and says who; that
  /// memory stays until they let go.
  @Override
  public void close() {
    if (!OPEN.remove(this)) {
      return;
    }
    List<String> complaints = complaints();
    ring.close();
    gift.close();
    zeros.close();
    zero.put();
    if (!complaints.isEmpty()) {
      throw new IllegalStateException(
          "close() of a pool in use:\n  " + String.join("\n  ", complaints));
    }
  }

  int pageSize() {
    return zeros.pageSize();
  }

  /// A handle for a reference that the caller has just taken.
  PageRef handle() {
    return handles.take();
  }

  void charge(long bytes) {
    charged.add(bytes);
  }

  /// Whether any taker is remembered.
  boolean remembers() {
    return leaks != Leaks.OFF;
  }

  /// Remembers who opened `ref`, if the plan says so.
  @Nullable Throwable remember(PageRef ref) {
    if (leaks == Leaks.SAMPLED && ThreadLocalRandom.current().nextInt(Leaks.SAMPLE_EVERY) != 0) {
      return null;
    }
    remembered.add(ref);
    return new Throwable("taken by " + Thread.currentThread());
  }

  void forget(PageRef ref) {
    remembered.remove(ref);
  }

  private boolean isClosed() {
    return !OPEN.contains(this);
  }

  private PageRef fresh(Folio folio) {
    PageRef ref = handle();
    ref.open(folio, 0, folio.size(), Provenance.OWNED, PageRef.Right.FILL, Hold.OWNER);
    return ref;
  }

  private Slab slab(int bytes, FolioClass kind) {
    if (bytes < 1 || bytes > FOLIO_MAX) {
      throw new IllegalArgumentException(
          "a folio has between 1 and " + FOLIO_MAX + " bytes: bytes=" + bytes);
    }
    return kind == FolioClass.RING ? ring : gift;
  }

  private String holders() {
    StringJoiner text = new StringJoiner("\n  ", "\n  ", "");
    text.setEmptyValue("");
    remembered.stream().limit(DESCRIBED_MAX).forEach(ref -> text.add(story(ref)));
    return text.toString();
  }

  private static String story(PageRef ref) {
    StringJoiner text = new StringJoiner("\n      at ");
    Throwable taker = ref.taker();
    text.add(ref + (taker == null ? "" : " " + taker.getMessage()));
    if (taker != null) {
      for (int i = 0; i < Math.min(FRAMES_MAX, taker.getStackTrace().length); i++) {
        text.add(taker.getStackTrace()[i].toString());
      }
    }
    return text.toString();
  }

  /// For messages.
  @Override
  public String toString() {
    return "pool %d: %s; %s".formatted(number, ring.census(), gift.census());
  }
}
