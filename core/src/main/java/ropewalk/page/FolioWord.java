package ropewalk.page;

import java.util.StringJoiner;

/// The state of a folio in one word: who keeps it, who reads it, who may write it.
///
/// ```
///  63        52 51     46 45      36 35            18 17             0
///  +-----------+---------+----------+----------------+----------------+
///  |   flags   |  reads  |   pins   |     loans      |   references   |
///  +-----------+---------+----------+----------------+----------------+
/// ```
///
/// *References* keep the memory; loans, pins and reads each hold one of them, so what is left over,
/// `references - loans - pins - reads`, is the number of **owners**. OWNED says that there is at
/// least one. A word of zero is a folio at rest in the pool, and no other folio has a word of zero.
///
/// Every change of state is one function from the old word to the new one; it answers [#REFUSED]
/// where the change is not allowed. This is layout and functions; [Transition] is the table that
/// says when each may happen and in which memory order, and the table below is printed from it.
/// [Folio] applies the rows by compare-and-set; the model checker and the stress tests run these
/// very functions. No other code shifts bits.
///
/// | transition | from | to | order | raced by |
/// |---|---|---|---|---|
/// | [#take] | at rest | one reference, OWNED | acquire and release: the pool's lock hands it over | the pool's lock |
/// | [#get] | in use, not EXCLUSIVE, below the limit | references + 1, OWNED | acquire | GetAgainstClaim, ReleaseAgainstTryGet |
/// | [#put] | an owner | references - 1; OWNED falls with the last owner | acquire and release: the last acts for all | ReleaseAgainstTryGet, ReleaseAgainstUnpin |
/// | [#lend] | UPTODATE, not EXCLUSIVE, not POISONED, below both limits | references + 1, loans + 1 | acquire: sees what was published | LendAgainstClaim, PublishAgainstLend |
/// | [#endLoan] | a loan | references - 1, loans - 1 | acquire and release: as put | StealAgainstLastLoan |
/// | [#read] | as lend | references + 1, reads + 1 | acquire: as lend | ReadAgainstClaim, VersionAgainstRead |
/// | [#endRead] | a read | references - 1, reads - 1 | acquire and release: as put | ReadAgainstClaim, VersionAgainstRead |
/// | [#pinForRead] | as lend, and not ZERO | references + 1, pins + 1 | acquire: as lend | PinAgainstSteal |
/// | [#pinForWrite] | in use, not GIVEN, not POISONED, not ZERO, below the limits | references + 1, pins + 1 | acquire | PinForWriteAgainstGive |
/// | [#addPin] | pinned already, below the limits | references + 1, pins + 1 | acquire | AddPinAgainstUnpin |
/// | [#unpin] | pinned | references - 1, pins - 1 | acquire and release: as put | AddPinAgainstUnpin, ReleaseAgainstUnpin |
/// | [#claim] | UPTODATE, one owner and nobody else; none of EXCLUSIVE, GIVEN, WRITEBACK, POISONED, ZERO | EXCLUSIVE | acquire: sees what the last borrower left | GetAgainstClaim, LendAgainstClaim, VersionAgainstRead |
/// | [#publish] | in use, not ZERO; if EXCLUSIVE, not pinned | UPTODATE, EXCLUSIVE falls | release: borrowers see the bytes | LendAgainstClaim, PublishAgainstLend |
/// | [#steal] | as claim, and not DIRTY | UPTODATE falls: fresh, unpublished memory | acquire: as claim | PinAgainstSteal, StealAgainstLastLoan |
/// | [#give] | UPTODATE, not EXCLUSIVE, not POISONED, not ZERO | GIVEN, until it is at rest | acquire: the kernel is sent what was published | GiveAgainstClaim, PinForWriteAgainstGive |
/// | [#poison] | in use | POISONED, for ever | release | PoisonAgainstLend |
/// | [#dirty] | in use, not ZERO | DIRTY | release: the writeback sees the bytes | DirtyAgainstWriteback |
/// | [#startWriteback] | DIRTY; neither WRITEBACK nor EXCLUSIVE | WRITEBACK, DIRTY falls | acquire: sees the bytes that made it dirty | DirtyAgainstWriteback, WritebackAgainstClaim |
/// | [#endWriteback] | WRITEBACK | WRITEBACK falls | release: the next claim comes after the file's copy | DirtyAgainstWriteback, WritebackAgainstClaim |
/// | [#blank] | at rest | one reference, OWNED, UPTODATE, ZERO | acquire and release: start of the pool | the pool's lock |
///
/// A release that takes the last reference leaves zero (a POISONED folio keeps that flag), and the
/// one who made that step, and nobody else, carries the folio back to the pool.
public final class FolioWord {

  /// The answer of a transition that the state does not allow. No state looks like it.
  public static final long REFUSED = -1L;

  /// A folio in the pool.
  public static final long AT_REST = 0L;

  /// 18 bits each: a 64 KiB folio lent page by page to sixteen thousand peers at a time. At the
  /// limit the answer is a refusal, and the caller copies; the count never wraps (contract R-03).
  public static final int REFERENCES_MAX = (1 << 18) - 1;

  /// As many as there can be references.
  public static final int LOANS_MAX = REFERENCES_MAX;

  /// Requests in flight over one folio; a ring of 1024 entries is the largest that is opened.
  public static final int PINS_MAX = (1 << 10) - 1;

  /// Threads that copy out of one folio at the same moment; it takes microseconds, the next waits.
  public static final int READS_MAX = (1 << 6) - 1;

  static final int LOANS_SHIFT = 18;
  static final int PINS_SHIFT = 36;
  static final int READS_SHIFT = 46;

  static final long ONE_REFERENCE = 1L;
  static final long ONE_LOAN = 1L << LOANS_SHIFT;
  static final long ONE_PIN = 1L << PINS_SHIFT;
  static final long ONE_READ = 1L << READS_SHIFT;

  static final long COUNTS = (1L << 52) - 1;

  /// Somebody holds the claim and writes in place; nobody else may start to look.
  public static final long EXCLUSIVE = 1L << 52;

  /// At least one range was published, and the published bytes are valid.
  public static final long UPTODATE = 1L << 53;

  /// Somebody who is no borrower holds a reference.
  public static final long OWNED = 1L << 54;

  /// The kernel may hold the pages and will never tell; the backing is dropped before reuse.
  public static final long GIVEN = 1L << 55;

  /// The bytes are newer than the file's.
  public static final long DIRTY = 1L << 56;

  /// The bytes are on their way to the file.
  public static final long WRITEBACK = 1L << 57;

  /// The memory failed; it is never used again.
  public static final long POISONED = 1L << 58;

  /// All zeros, for ever: never written, never pinned, never claimed.
  public static final long ZERO = 1L << 59;

  private static final long NOT_CLAIMABLE = EXCLUSIVE | GIVEN | WRITEBACK | POISONED | ZERO;

  private FolioWord() {}

  // What a word says.

  /// All references: owners, loans, pins and reads.
  public static int references(long word) {
    return (int) (word & REFERENCES_MAX);
  }

  /// How many borrowers.
  public static int loans(long word) {
    return (int) (word >>> LOANS_SHIFT) & LOANS_MAX;
  }

  /// How many requests of the kernel or a device.
  public static int pins(long word) {
    return (int) (word >>> PINS_SHIFT) & PINS_MAX;
  }

  /// How many threads are copying out at this moment.
  public static int reads(long word) {
    return (int) (word >>> READS_SHIFT) & READS_MAX;
  }

  /// References of those who are neither borrower nor request nor reader.
  public static int owners(long word) {
    return references(word) - loans(word) - pins(word) - reads(word);
  }

  /// Whether all of `flags` are set.
  public static boolean has(long word, long flags) {
    return (word & flags) == flags;
  }

  // Transitions. Each is pure; the table above is their specification.

  static long take(long word) {
    return word == AT_REST ? OWNED | ONE_REFERENCE : REFUSED;
  }

  static long blank(long word) {
    return word == AT_REST ? OWNED | UPTODATE | ZERO | ONE_REFERENCE : REFUSED;
  }

  static long get(long word) {
    int references = references(word);
    if (references == 0 || references == REFERENCES_MAX || (word & EXCLUSIVE) != 0) {
      return REFUSED;
    }
    return (word | OWNED) + ONE_REFERENCE;
  }

  static long put(long word) {
    int owners = owners(word);
    if (owners <= 0) {
      return REFUSED;
    }
    return settle(owners == 1 ? (word - ONE_REFERENCE) & ~OWNED : word - ONE_REFERENCE);
  }

  static long lend(long word) {
    return mayLook(word) && loans(word) < LOANS_MAX ? word + ONE_LOAN + ONE_REFERENCE : REFUSED;
  }

  static long endLoan(long word) {
    return loans(word) == 0 ? REFUSED : settle(word - ONE_LOAN - ONE_REFERENCE);
  }

  static long read(long word) {
    return mayLook(word) && reads(word) < READS_MAX ? word + ONE_READ + ONE_REFERENCE : REFUSED;
  }

  static long endRead(long word) {
    return reads(word) == 0 ? REFUSED : settle(word - ONE_READ - ONE_REFERENCE);
  }

  static long pinForRead(long word) {
    return mayLook(word) && (word & ZERO) == 0 && pins(word) < PINS_MAX
        ? word + ONE_PIN + ONE_REFERENCE
        : REFUSED;
  }

  static long pinForWrite(long word) {
    int references = references(word);
    boolean refused =
        references == 0
            || references == REFERENCES_MAX
            || pins(word) == PINS_MAX
            || (word & (GIVEN | POISONED | ZERO)) != 0;
    return refused ? REFUSED : word + ONE_PIN + ONE_REFERENCE;
  }

  static long addPin(long word) {
    int pins = pins(word);
    return pins == 0 || pins == PINS_MAX || references(word) == REFERENCES_MAX
        ? REFUSED
        : word + ONE_PIN + ONE_REFERENCE;
  }

  static long unpin(long word) {
    return pins(word) == 0 ? REFUSED : settle(word - ONE_PIN - ONE_REFERENCE);
  }

  static long claim(long word) {
    boolean alone = (word & COUNTS) == ONE_REFERENCE;
    return alone && has(word, UPTODATE | OWNED) && (word & NOT_CLAIMABLE) == 0
        ? word | EXCLUSIVE
        : REFUSED;
  }

  /// What a writer does whose [#claim] was refused by `word`: wait if only transient reads are in
  /// the way, else write a new version.
  static Claim refusedClaim(long word) {
    long withoutReads = word - reads(word) * (ONE_READ + ONE_REFERENCE);
    return claim(withoutReads) == REFUSED ? Claim.VERSION : Claim.WAIT;
  }

  static long publish(long word) {
    boolean underWay = (word & EXCLUSIVE) != 0 && pins(word) != 0;
    return references(word) == 0 || (word & ZERO) != 0 || underWay
        ? REFUSED
        : (word | UPTODATE) & ~EXCLUSIVE;
  }

  static long steal(long word) {
    return claim(word) == REFUSED || (word & DIRTY) != 0 ? REFUSED : word & ~UPTODATE;
  }

  static long give(long word) {
    return references(word) != 0
            && has(word, UPTODATE)
            && (word & (EXCLUSIVE | POISONED | ZERO)) == 0
        ? word | GIVEN
        : REFUSED;
  }

  static long poison(long word) {
    return references(word) == 0 ? REFUSED : word | POISONED;
  }

  static long dirty(long word) {
    return references(word) == 0 || (word & ZERO) != 0 ? REFUSED : word | DIRTY;
  }

  static long startWriteback(long word) {
    return has(word, DIRTY) && (word & (WRITEBACK | EXCLUSIVE)) == 0
        ? (word & ~DIRTY) | WRITEBACK
        : REFUSED;
  }

  static long endWriteback(long word) {
    return has(word, WRITEBACK) ? word & ~WRITEBACK : REFUSED;
  }

  /// Whether a new borrower, reader or request may look at the bytes.
  private static boolean mayLook(long word) {
    int references = references(word);
    return references != 0
        && references != REFERENCES_MAX
        && (word & (UPTODATE | EXCLUSIVE | POISONED)) == UPTODATE;
  }

  /// With the last reference go all flags but POISONED.
  private static long settle(long word) {
    return references(word) == 0 ? word & POISONED : word;
  }

  /// For messages: `references=3 loans=1 pins=1 reads=0 UPTODATE OWNED`.
  public static String describe(long word) {
    StringJoiner text = new StringJoiner(" ");
    text.add("references=" + references(word))
        .add("loans=" + loans(word))
        .add("pins=" + pins(word))
        .add("reads=" + reads(word));
    String[] names = {
      "EXCLUSIVE", "UPTODATE", "OWNED", "GIVEN", "DIRTY", "WRITEBACK", "POISONED", "ZERO"
    };
    for (int i = 0; i < names.length; i++) {
      if (has(word, EXCLUSIVE << i)) {
        text.add(names[i]);
      }
    }
    return text.toString();
  }
}
