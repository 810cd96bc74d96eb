package ropewalk.page;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/// How large a pool is, as a sum whose terms name their holders.
///
/// [#standard] writes the sum that a machine of this size deserves and shortens it, saying so,
/// where a container, the machine or the lock limit has less. [#of] is for those who know their two
/// numbers, tests above all. Memory is taken as address space at the start and as pages on first
/// touch, so a generous plan costs little until it is used.
///
/// @param terms what the bytes are for; their sum by class is the size of each slab
/// @param reserve of each slab, in bytes, kept back for versions and writeback, so that a full
///   house can still write what it must
/// @param registered the most of the ring slab, in bytes, that may be registered with io_uring: the
///   lock limit says how much
/// @param patience how long a take may wait for its turn before it is refused
/// @param waitingMax how many threads may wait at a time; the next is refused at once
/// @param leaks how closely the pool remembers who took what
/// @param clamps what was shortened and why; empty if nothing was
public record PoolPlan(
    List<Term> terms,
    long reserve,
    long registered,
    Duration patience,
    int waitingMax,
    Leaks leaks,
    List<String> clamps) {

  /// One line of the sum.
  ///
  /// @param kind which slab
  /// @param holder who will hold the bytes
  /// @param bytes how many
  /// @param because how the figure comes about
  public record Term(FolioClass kind, String holder, long bytes, String because) {}

  /// A slab is a whole number of the largest folios.
  static final int GRAIN = 2 << 20;

  /// Connections that can be mid-transfer at a time before they wait for each other.
  private static final int CONNECTIONS = 32;

  /// The kernel's own default for a pipe.
  private static final int SLOTS_PER_PIPE = 16;

  /// What a slot holds at most: larger runs did not pay on loopback, smaller ones cost bookkeeping.
  private static final int SLOT_BYTES = 64 << 10;

  /// The pool's part of what the container or machine has: a guest in the process, not its owner.
  private static final int SHARE_OF_MEMORY = 8;

  /// Below this nothing sensible runs: one 2 MiB folio of each class in use and one on its way.
  private static final long LEAST = 2L * 2 * GRAIN;

  /// What is registered is pinned and so in memory from the start, used or not; the pool hands out
  /// low addresses first, and this much is 128 requests of 64 KiB in flight.
  private static final long REGISTERED_MAX = 8 << 20;

  /// A writer that must version what is on loan, and writeback, take 64 KiB runs from it.
  private static final int RESERVE_RUNS = 16;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int WAITING_MAX = 4096;

  /// Checks that each class has room for the reserve.
  public PoolPlan {
    terms = List.copyOf(terms);
    clamps = List.copyOf(clamps);
    if (reserve < 0 || waitingMax < 0 || patience.isNegative()) {
      throw new IllegalArgumentException(
          "reserve=%d, waitingMax=%d, patience=%s".formatted(reserve, waitingMax, patience));
    }
  }

  /// The plan for this machine.
  public static PoolPlan standard() {
    return standard(Ceilings.ofThisMachine(), 64L << 20);
  }

  /// The plan for a machine with these `ceilings`, with `cache` bytes for pages of files.
  public static PoolPlan standard(Ceilings ceilings, long cache) {
    long pipes = (long) CONNECTIONS * SLOTS_PER_PIPE * SLOT_BYTES;
    long inFlight = 64L * SLOT_BYTES;
    long reserve = (long) RESERVE_RUNS * SLOT_BYTES;
    List<Term> wanted =
        List.of(
            new Term(
                FolioClass.RING,
                "pipes",
                pipes,
                CONNECTIONS + " connections of " + SLOTS_PER_PIPE + " slots of 64 KiB"),
            new Term(FolioClass.RING, "requests", inFlight, "64 requests of 64 KiB in flight"),
            new Term(FolioClass.RING, "reserve", reserve, RESERVE_RUNS + " versions of 64 KiB"),
            new Term(FolioClass.RING, "progress", GRAIN, "one of the largest, to go on at all"),
            new Term(FolioClass.GIFT, "cache", cache, "pages of files"),
            new Term(FolioClass.GIFT, "streams", pipes / 2, "one-shot reads on their way out"),
            new Term(FolioClass.GIFT, "reserve", reserve, RESERVE_RUNS + " versions of 64 KiB"),
            new Term(FolioClass.GIFT, "progress", GRAIN, "one of the largest, to go on at all"));
    return fit(wanted, reserve, ceilings);
  }

  /// A plan of two plain numbers, rounded up to the slab's grain; nothing is kept in reserve.
  public static PoolPlan of(long ringBytes, long giftBytes) {
    return new PoolPlan(
        List.of(
            new Term(FolioClass.RING, "caller", roundUp(ringBytes), "as asked"),
            new Term(FolioClass.GIFT, "caller", roundUp(giftBytes), "as asked")),
        0,
        0,
        PATIENCE,
        WAITING_MAX,
        Leaks.configured(),
        List.of());
  }

  /// The bytes of one slab: the sum of its terms, in whole grains.
  public long bytes(FolioClass kind) {
    return roundUp(terms.stream().filter(term -> term.kind() == kind).mapToLong(Term::bytes).sum());
  }

  /// The bytes of both slabs.
  public long total() {
    return bytes(FolioClass.RING) + bytes(FolioClass.GIFT);
  }

  /// The same plan with another reserve.
  public PoolPlan withReserve(long bytes) {
    return new PoolPlan(terms, bytes, registered, patience, waitingMax, leaks, clamps);
  }

  /// The same plan with another patience.
  public PoolPlan withPatience(Duration patience) {
    return new PoolPlan(terms, reserve, registered, patience, waitingMax, leaks, clamps);
  }

  /// The same plan with another bound on waiting threads.
  public PoolPlan withWaitingMax(int waitingMax) {
    return new PoolPlan(terms, reserve, registered, patience, waitingMax, leaks, clamps);
  }

  /// The same plan with another memory for who took what.
  public PoolPlan withLeaks(Leaks leaks) {
    return new PoolPlan(terms, reserve, registered, patience, waitingMax, leaks, clamps);
  }

  /// The sum, one term a line, and what was shortened.
  public String explain() {
    StringJoiner text = new StringJoiner("\n");
    for (Term term : terms) {
      text.add(
          "%7d KiB  %s  %s: %s"
              .formatted(term.bytes() >> 10, term.kind(), term.holder(), term.because()));
    }
    text.add("%7d KiB  in all".formatted(total() >> 10));
    text.add("%7d KiB  of the ring slab may be registered".formatted(registered >> 10));
    clamps.forEach(text::add);
    return text.toString();
  }

  /// Shortens all terms alike where memory is short, and the registered part to the lock limit.
  private static PoolPlan fit(List<Term> wanted, long reserve, Ceilings ceilings) {
    List<String> clamps = new ArrayList<>();
    List<Term> terms = wanted;
    long sum = wanted.stream().mapToLong(Term::bytes).sum();
    long most = Math.max(LEAST, ceilings.memory() / SHARE_OF_MEMORY);
    if (sum > most) {
      double scale = (double) most / sum;
      terms =
          wanted.stream()
              .map(
                  term ->
                      new Term(
                          term.kind(),
                          term.holder(),
                          Math.max(4096, (long) (term.bytes() * scale) & -4096L),
                          term.because()))
              .toList();
      reserve = (long) (reserve * scale) & -4096L;
      clamps.add(
          "shortened to %d KiB: an eighth of %d MiB, %s"
              .formatted(
                  most >> 10,
                  ceilings.memory() >> 20,
                  ceilings.container() < ceilings.physical()
                      ? "the container's limit"
                      : "the machine's memory"));
    }
    long ring =
        terms.stream().filter(term -> term.kind() == FolioClass.RING).mapToLong(Term::bytes).sum();
    long wish = Math.min(roundUp(ring), REGISTERED_MAX);
    // Half of the lock limit is left to the rings themselves and to others of the same user.
    long registered = Math.min(wish, ceilings.memlock() / 2 & -4096L);
    if (registered < wish) {
      clamps.add(
          "registered part shortened to %d KiB: half of the lock limit of %d KiB"
              .formatted(registered >> 10, ceilings.memlock() >> 10));
    }
    return new PoolPlan(
        terms, reserve, registered, PATIENCE, WAITING_MAX, Leaks.configured(), clamps);
  }

  private static long roundUp(long bytes) {
    return (bytes + GRAIN - 1) / GRAIN * GRAIN;
  }
}
