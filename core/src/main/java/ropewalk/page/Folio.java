package ropewalk.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A power-of-two run of pages and its state word.
///
/// Bytes, references and pins are shared by all who hold a [PageRef] to it; offset and length are
/// not, they belong to the PageRef. A folio is the same object for as long as its pool is open: it
/// stands for the place in the slab, and its word says whether that place is in use.
///
/// The few verbs, and how they nest:
///
/// ```
///   take                                 FolioPool
///       pinForWrite .. unpin             the kernel fills it
///       publish                          from now on the bytes stand still
///       lend .. endLoan                  pipes, send queues, views
///       pinForRead .. unpin              the kernel reads it
///       tryRead .. endRead               somebody copies out
///       tryClaim .. publish  |  trySteal writing again
///   put                                  the last one carries it home
/// ```
///
/// Each verb is one row of the [Transition] table, applied with the memory order that stands there.
///
/// Most callers never see these verbs: [PageRef] speaks them and keeps the sums right.
public final class Folio {

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Folio.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Where a folio rests: its pool's [Slab]; in the tests of memory order, a counter.
  interface Home {
    /// Bytes of one page.
    int pageSize();

    /// The kind of memory.
    FolioClass kind();

    /// Takes the folio, whose last reference has just gone; `before` and `after` are its words of
    /// that moment. Called exactly once for each [Folio#take].
    void bringBack(Folio folio, long before, long after);
  }

  private final Home home;
  private final int page;
  private final long address;

  /// Base-two logarithm of the number of pages. Changes only while the folio is at rest, under the
  /// slab's lock; whoever takes it has that lock after, or a magazine's.
  private int order;

  /// Who is told what becomes of it, if anybody: set under a reference, so that the word's order is
  /// enough.
  private @Nullable FolioWatch watch;

  /// A hint, written and read without order by all who hold a reference: who misses it copies once
  /// more, and no byte changes by it.
  private boolean reused;

  @SuppressWarnings("unused") // by WORD
  private volatile long word;

  Folio(Home home, int page, long address) {
    this.home = home;
    this.page = page;
    this.address = address;
  }

  /// Where its first byte is. Good only while the caller holds a reference.
  public long address() {
    return address;
  }

  /// Bytes; a power of two.
  public int size() {
    return home.pageSize() << order;
  }

  /// Which kind of memory it is.
  public FolioClass kind() {
    return home.kind();
  }

  /// The state at some moment not before the caller's last synchronisation; for messages and tests.
  public long wordOpaque() {
    return (long) WORD.getOpaque(this);
  }

  /// The state, with all that was written before it.
  public long wordAcquire() {
    return (long) WORD.getAcquire(this);
  }

  /// Whether the kernel or a device is at work on it.
  public boolean isPinned() {
    return FolioWord.pins(wordAcquire()) != 0;
  }

  /// Whether anybody borrows from it: a writer must write a new version.
  public boolean isLent() {
    return FolioWord.loans(wordAcquire()) != 0;
  }

  /// Whether it is a zero folio. Several exist: ask, don't compare addresses.
  public boolean isZero() {
    return FolioWord.has(wordOpaque(), FolioWord.ZERO);
  }

  /// Whether the kernel may hold its pages for ever.
  public boolean isGiven() {
    return FolioWord.has(wordAcquire(), FolioWord.GIVEN);
  }

  /// Whether its memory is known to be bad.
  public boolean isPoisoned() {
    return FolioWord.has(wordAcquire(), FolioWord.POISONED);
  }

  int page() {
    return page;
  }

  int order() {
    return order;
  }

  /// Says how large it is; it is at rest.
  void order(int order) {
    this.order = order;
  }

  /// Whether somebody came back for these bytes, or they are given already: whoever may choose then
  /// rather gives them away than have them copied.
  public boolean isReused() {
    return reused || isGiven();
  }

  /// Says that somebody came back for these bytes. A hint, for as long as the folio is in use.
  public void reuse() {
    if (!reused) {
      reused = true;
    }
  }

  /// Takes it out of the pool: one reference, owned, nothing published.
  void take() {
    reused = false;
    demand(Transition.TAKE);
  }

  /// Makes it a zero folio for as long as the pool is open.
  void blank(int order) {
    this.order = order;
    demand(Transition.BLANK);
  }

  /// One more owner; refused while claimed and at the limit (contract R-03).
  boolean tryGet() {
    return apply(Transition.GET);
  }

  /// One owner less.
  void put() {
    release(Transition.PUT);
  }

  /// One more borrower; refused while claimed, before the first publish, and at the limit.
  boolean tryLend() {
    return apply(Transition.LEND);
  }

  void endLoan() {
    release(Transition.END_LOAN);
  }

  /// Begins to copy out of it: a writer waits for the end, so it must be short. Refused as a loan
  /// is.
  public boolean tryRead() {
    return apply(Transition.READ);
  }

  /// Ends what [#tryRead] began.
  public void endRead() {
    release(Transition.END_READ);
  }

  /// The kernel is about to read the bytes. The pin keeps the folio even when the PageRef is
  /// closed.
  boolean tryPinForRead() {
    return apply(Transition.PIN_FOR_READ);
  }

  /// The kernel is about to write into it.
  boolean tryPinForWrite() {
    return apply(Transition.PIN_FOR_WRITE);
  }

  /// Pins a folio that the caller holds a reference of: for the kernel to read, or to `write` into.
  /// False, and nothing is taken, where [PageRef#tryPin] is false; zero folios above all, which are
  /// never pinned and need no pin.
  public boolean tryPin(boolean write) {
    return write ? tryPinForWrite() : tryPinForRead();
  }

  /// Adds a pin to a pinned folio, as a request does that is split into two.
  public void addPin() {
    demand(Transition.ADD_PIN);
  }

  /// As [#addPin]; false where that throws.
  boolean tryAddPin() {
    return apply(Transition.ADD_PIN);
  }

  /// Drops a pin, from any thread. Throws when there is none.
  public void unpin() {
    release(Transition.UNPIN);
  }

  boolean tryClaim() {
    return apply(Transition.CLAIM);
  }

  /// As [#tryClaim], and where it is refused the answer tells what to do instead.
  Claim claim() {
    long word = (long) WORD.getOpaque(this);
    for (; ; ) {
      long next = Transition.CLAIM.after(word);
      if (next == FolioWord.REFUSED) {
        return FolioWord.refusedClaim(word);
      }
      long seen = exchange(Transition.CLAIM.order(), word, next);
      if (seen == word) {
        return Claim.CLAIMED;
      }
      word = seen;
    }
  }

  boolean trySteal() {
    return apply(Transition.STEAL);
  }

  boolean seemsStealable() {
    return Transition.STEAL.after(wordAcquire()) != FolioWord.REFUSED;
  }

  void publish() {
    demand(Transition.PUBLISH);
  }

  boolean tryGive() {
    if (home.kind() != FolioClass.GIFT || !apply(Transition.GIVE)) {
      return false;
    }
    PageEvents.gift(this);
    FolioWatch watching = watch;
    if (watching != null) {
      watching.given(this);
    }
    return true;
  }

  /// Has `watch` told what becomes of this folio until it is home, instead of whoever was told
  /// before. The caller holds a reference.
  public void watch(FolioWatch watch) {
    this.watch = watch;
  }

  /// Marks the memory as bad. Nobody new may look at it, and it never returns to use.
  public void poison() {
    demand(Transition.POISON);
  }

  /// The bytes are newer than the file's.
  public void markDirty() {
    demand(Transition.DIRTY);
  }

  /// Clean, and under way; false if it was not dirty or is under way or claimed already.
  public boolean startWriteback() {
    return apply(Transition.START_WRITEBACK);
  }

  /// Ends what [#startWriteback] began.
  public void endWriteback() {
    demand(Transition.END_WRITEBACK);
  }

  /// Makes the change if the state allows it, now or when the word changes under our hands; false
  /// at the first state that does not.
  private boolean apply(Transition transition) {
    long word = (long) WORD.getOpaque(this);
    for (; ; ) {
      long next = transition.after(word);
      if (next == FolioWord.REFUSED) {
        return false;
      }
      long seen = exchange(transition.order(), word, next);
      if (seen == word) {
        return true;
      }
      word = seen;
    }
  }

  /// The compare-and-set of one row, with the row's order; answers the word that was there.
  private long exchange(Transition.Order order, long word, long next) {
    if (order == Transition.Order.ACQUIRE) {
      return (long) WORD.compareAndExchangeAcquire(this, word, next);
    }
    if (order == Transition.Order.RELEASE) {
      return (long) WORD.compareAndExchangeRelease(this, word, next);
    }
    return (long) WORD.compareAndExchange(this, word, next);
  }

  /// Steps down; whoever takes the last reference carries the folio home. The full compare-and-set
  /// is both orders at once: release for what this holder did, acquire for what all others did.
  private void release(Transition transition) {
    long word = (long) WORD.getOpaque(this);
    for (; ; ) {
      long next = transition.after(word);
      if (next == FolioWord.REFUSED) {
        throw refusal(transition, word);
      }
      long seen = exchange(transition.order(), word, next);
      if (seen == word) {
        FolioWatch watching = watch;
        if (watching != null) {
          tell(watching, transition, next);
        }
        if (FolioWord.references(next) == 0) {
          home.bringBack(this, word, next);
        }
        return;
      }
      word = seen;
    }
  }

  /// Tells of a step down. Whoever took the last reference has the folio to itself until it is
  /// home; anybody else may be told late, of a state that has gone.
  private void tell(FolioWatch watching, Transition transition, long next) {
    if (transition.equals(Transition.END_LOAN)) {
      watching.loanEnded(this, FolioWord.loans(next));
    }
    if (FolioWord.references(next) == 0) {
      watch = null;
      watching.back(this);
    }
  }

  private void demand(Transition transition) {
    if (!apply(transition)) {
      throw refusal(transition, wordOpaque());
    }
  }

  private IllegalStateException refusal(Transition transition, long word) {
    return new IllegalStateException(transition.name() + " refused by " + describe(word));
  }

  private String describe(long word) {
    return "folio %s %d KiB at 0x%x: %s"
        .formatted(home.kind(), size() >> 10, address, FolioWord.describe(word));
  }

  /// For messages: `folio GIFT 64 KiB at 0x7f…: references=1 …`.
  @Override
  public String toString() {
    return describe(wordOpaque());
  }
}
