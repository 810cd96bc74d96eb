package ropewalk.page;

import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;

/// One row of the table of the state word: what a change is called, from which states it may
/// happen, what it makes of them, and which memory order it needs.
///
/// [#TABLE] is the one source. [Folio] applies these rows, by compare-and-set, with the order that
/// each says. The table in [FolioWord]'s documentation and the one in `docs/design/pages.md` are
/// printed from it, the model checker walks it, and each row names the jcstress tests in which it
/// is raced; tests compare all four with it.
///
/// Shared: everything, for ever; a row never changes. It is a record because the compiler trusts
/// the fields of a record that a constant holds: a row costs [Folio] nothing at run time.
///
/// @param name of the pure function, and of the change in messages
/// @param from the states that allow it, in words
/// @param to what it makes of them, in words
/// @param order the memory order of its compare-and-set
/// @param why what that order brings about; may be empty
/// @param races the jcstress tests that race it, or who keeps others out
/// @param function from the old word to the new one, or [FolioWord#REFUSED]
record Transition(
    String name,
    String from,
    String to,
    Order order,
    String why,
    String races,
    LongUnaryOperator function) {

  /// What the compare-and-set of a change does besides changing the word.
  enum Order {
    /// Whoever is granted sees what was done before the last releases of this word.
    ACQUIRE("acquire"),
    /// Whoever acquires this word afterwards sees what was done before.
    RELEASE("release"),
    /// Both: the step down of a holder, who may be the last and then acts for all.
    BOTH("acquire and release");

    private final String words;

    Order(String words) {
      this.words = words;
    }
  }

  private static final String MAY_LOOK = "UPTODATE, not EXCLUSIVE, not POISONED, below both limits";

  static final Transition TAKE =
      new Transition(
          "take",
          "at rest",
          "one reference, OWNED",
          Order.BOTH,
          "the pool's lock hands it over",
          "the pool's lock",
          FolioWord::take);

  static final Transition BLANK =
      new Transition(
          "blank",
          "at rest",
          "one reference, OWNED, UPTODATE, ZERO",
          Order.BOTH,
          "start of the pool",
          "the pool's lock",
          FolioWord::blank);

  static final Transition GET =
      new Transition(
          "get",
          "in use, not EXCLUSIVE, below the limit",
          "references + 1, OWNED",
          Order.ACQUIRE,
          "",
          "GetAgainstClaim, ReleaseAgainstTryGet",
          FolioWord::get);

  static final Transition PUT =
      new Transition(
          "put",
          "an owner",
          "references - 1; OWNED falls with the last owner",
          Order.BOTH,
          "the last acts for all",
          "ReleaseAgainstTryGet, ReleaseAgainstUnpin",
          FolioWord::put);

  static final Transition LEND =
      new Transition(
          "lend",
          MAY_LOOK,
          "references + 1, loans + 1",
          Order.ACQUIRE,
          "sees what was published",
          "LendAgainstClaim, PublishAgainstLend",
          FolioWord::lend);

  static final Transition END_LOAN =
      new Transition(
          "endLoan",
          "a loan",
          "references - 1, loans - 1",
          Order.BOTH,
          "as put",
          "StealAgainstLastLoan",
          FolioWord::endLoan);

  static final Transition READ =
      new Transition(
          "read",
          "as lend",
          "references + 1, reads + 1",
          Order.ACQUIRE,
          "as lend",
          "ReadAgainstClaim, VersionAgainstRead",
          FolioWord::read);

  static final Transition END_READ =
      new Transition(
          "endRead",
          "a read",
          "references - 1, reads - 1",
          Order.BOTH,
          "as put",
          "ReadAgainstClaim, VersionAgainstRead",
          FolioWord::endRead);

  static final Transition PIN_FOR_READ =
      new Transition(
          "pinForRead",
          "as lend, and not ZERO",
          "references + 1, pins + 1",
          Order.ACQUIRE,
          "as lend",
          "PinAgainstSteal",
          FolioWord::pinForRead);

  static final Transition PIN_FOR_WRITE =
      new Transition(
          "pinForWrite",
          "in use, not GIVEN, not POISONED, not ZERO, below the limits",
          "references + 1, pins + 1",
          Order.ACQUIRE,
          "",
          "PinForWriteAgainstGive",
          FolioWord::pinForWrite);

  static final Transition ADD_PIN =
      new Transition(
          "addPin",
          "pinned already, below the limits",
          "references + 1, pins + 1",
          Order.ACQUIRE,
          "",
          "AddPinAgainstUnpin",
          FolioWord::addPin);

  static final Transition UNPIN =
      new Transition(
          "unpin",
          "pinned",
          "references - 1, pins - 1",
          Order.BOTH,
          "as put",
          "AddPinAgainstUnpin, ReleaseAgainstUnpin",
          FolioWord::unpin);

  static final Transition CLAIM =
      new Transition(
          "claim",
          "UPTODATE, one owner and nobody else; none of EXCLUSIVE, GIVEN, WRITEBACK, POISONED, ZERO",
          "EXCLUSIVE",
          Order.ACQUIRE,
          "sees what the last borrower left",
          "GetAgainstClaim, LendAgainstClaim, VersionAgainstRead",
          FolioWord::claim);

  static final Transition PUBLISH =
      new Transition(
          "publish",
          "in use, not ZERO; if EXCLUSIVE, not pinned",
          "UPTODATE, EXCLUSIVE falls",
          Order.RELEASE,
          "borrowers see the bytes",
          "LendAgainstClaim, PublishAgainstLend",
          FolioWord::publish);

  static final Transition STEAL =
      new Transition(
          "steal",
          "as claim, and not DIRTY",
          "UPTODATE falls: fresh, unpublished memory",
          Order.ACQUIRE,
          "as claim",
          "PinAgainstSteal, StealAgainstLastLoan",
          FolioWord::steal);

  static final Transition GIVE =
      new Transition(
          "give",
          "UPTODATE, not EXCLUSIVE, not POISONED, not ZERO",
          "GIVEN, until it is at rest",
          Order.ACQUIRE,
          "the kernel is sent what was published",
          "GiveAgainstClaim, PinForWriteAgainstGive",
          FolioWord::give);

  static final Transition POISON =
      new Transition(
          "poison",
          "in use",
          "POISONED, for ever",
          Order.RELEASE,
          "",
          "PoisonAgainstLend",
          FolioWord::poison);

  static final Transition DIRTY =
      new Transition(
          "dirty",
          "in use, not ZERO",
          "DIRTY",
          Order.RELEASE,
          "the writeback sees the bytes",
          "DirtyAgainstWriteback",
          FolioWord::dirty);

  static final Transition START_WRITEBACK =
      new Transition(
          "startWriteback",
          "DIRTY; neither WRITEBACK nor EXCLUSIVE",
          "WRITEBACK, DIRTY falls",
          Order.ACQUIRE,
          "sees the bytes that made it dirty",
          "DirtyAgainstWriteback, WritebackAgainstClaim",
          FolioWord::startWriteback);

  static final Transition END_WRITEBACK =
      new Transition(
          "endWriteback",
          "WRITEBACK",
          "WRITEBACK falls",
          Order.RELEASE,
          "the next claim comes after the file's copy",
          "DirtyAgainstWriteback, WritebackAgainstClaim",
          FolioWord::endWriteback);

  /// The heads of the columns of [#row], and the line below them.
  static final List<String> HEAD =
      List.of("| transition | from | to | order | raced by |", "|---|---|---|---|---|");

  /// All rows, in the order of a folio's life.
  static final List<Transition> TABLE =
      List.of(
          TAKE,
          GET,
          PUT,
          LEND,
          END_LOAN,
          READ,
          END_READ,
          PIN_FOR_READ,
          PIN_FOR_WRITE,
          ADD_PIN,
          UNPIN,
          CLAIM,
          PUBLISH,
          STEAL,
          GIVE,
          POISON,
          DIRTY,
          START_WRITEBACK,
          END_WRITEBACK,
          BLANK);

  /// The word after this change, or [FolioWord#REFUSED].
  long after(long word) {
    return function.applyAsLong(word);
  }

  /// The same row with another function: for the tests, which break the table and see that the
  /// checker notices.
  Transition with(LongUnaryOperator function) {
    return new Transition(name, from, to, order, why, races, function);
  }

  /// The row in Markdown; `link` makes the first cell of the name.
  String row(UnaryOperator<String> link) {
    String because = why.isEmpty() ? order.words : order.words + ": " + why;
    return "| %s | %s | %s | %s | %s |".formatted(link.apply(name), from, to, because, races);
  }
}
