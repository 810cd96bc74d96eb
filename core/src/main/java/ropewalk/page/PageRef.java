package ropewalk.page;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Memory;

/// One reference to a folio, a range of its bytes, and what may be done with them: the one thing
/// that flows through the house.
///
/// To receive a PageRef is to own it; to pass it on is to give it up (invariant 2). Whoever has it
/// at the end closes it. The folio's references, loans and pins are shared by all who hold one;
/// offset, length, provenance and the write permission are not, they belong to this handle, and it
/// is used by one thread at a time; whoever hands it over does so with what was written (a pipe
/// does, by its lock). One method may be called by many at a time: [#tryLend], while somebody sees
/// to it that the handle stays open and its range as it is. So a cache lends from one handle to
/// all.
///
/// ```
///               +----------------- folio: 2^n pages, one state word -----------------+
///               |                  offset          offset + length                   |
///               |                    |--- this range ---|                            |
///               +--------------------------------------------------------------------+
///
///   take: writable --publish--> frozen --lend, share, splitHead--> other handles
///              ^                   |
///              +-- trySteal -------+      alone, owned, clean, not given, not pinned
///              +-- tryClaim -------+      the same, for writing in place
/// ```
///
/// *Writable* is a right of the range, not of the folio: a receive buffer may fill the rest of a
/// folio whose head is out on loan. It comes from [FolioPool#take], [#trySteal] or [#tryClaim], is
/// divided by [#splitHead], and ends with [#publish]; no share or loan carries it.
///
/// *Handles are pooled.* Nothing is allocated in steady state. A closed handle waits at the end of
/// a queue for its next life, counted by [#generation]; until then each use of it, and a second
/// release above all, throws. With `-Dropewalk.leaks=all` no handle gets a second life, so that
/// every second release is caught.
public final class PageRef extends Handle implements AutoCloseable {

  enum Right {
    READ,
    FILL,
    REWRITE
  }

  private final FolioPool pool;
  private @Nullable Folio folio;
  private int offset;
  private int length;
  private Provenance provenance = Provenance.OWNED;
  private Right right = Right.READ;

  /// Whether the reference counts as a loan. A GIVEN range may be owned or borrowed.
  private boolean loan;

  private @Nullable Account account;
  private int charge;
  private @Nullable Throwable taker;

  PageRef(FolioPool pool, Handles.Stripe home) {
    super(home);
    this.pool = pool;
  }

  /// The folio. Its address and state are good while this reference is held.
  public Folio folio() {
    Folio folio = this.folio;
    if (folio == null || !isLive()) {
      throw closed("folio");
    }
    return folio;
  }

  /// Where the range starts within the folio.
  public int offset() {
    folio();
    return offset;
  }

  /// How many bytes the range has; may be 0.
  public int length() {
    folio();
    return length;
  }

  /// Where the range starts in memory.
  public long address() {
    return folio().address() + offset;
  }

  /// Where the bytes are from.
  public Provenance provenance() {
    folio();
    return provenance;
  }

  /// Whether this handle may write the range.
  public boolean isWritable() {
    folio();
    return right != Right.READ;
  }

  /// Whether it may still be used.
  public boolean isOpen() {
    return isLive();
  }

  /// Which life of the handle this is; remember it where a handle may be met again after its end.
  public int generation() {
    return life();
  }

  /// The borrower that this range is charged to, if any.
  public @Nullable Account account() {
    return account;
  }

  /// *Lends* a read-only view of the range, good while this reference is held.
  public MemorySegment bytes() {
    return Memory.ALL.asSlice(address(), length).asReadOnly();
  }

  /// *Lends* a writable view of the range, good until [#publish].
  public MemorySegment target() {
    demandWritable("target");
    return Memory.ALL.asSlice(address(), length);
  }

  /// Shrinks the range to the `filled` bytes at its start and freezes it: from now on they are
  /// readable, may be lent, and do not change (invariant 4).
  public void publish(int filled) {
    demandWritable("publish");
    if (filled < 0 || filled > length) {
      throw new IllegalArgumentException(
          "publish(" + filled + ") of a range of " + length + " bytes");
    }
    folio().publish();
    length = filled;
    right = Right.READ;
  }

  /// *Lends* `length` bytes at `offset` of this range, charged to nobody in particular. Throws
  /// where [#tryLend] is refused.
  public PageRef lend(int offset, int length) {
    PageRef lent = tryLend(offset, length, null);
    if (lent == null) {
      throw new IllegalStateException(
          "lend(offset=" + offset + ", length=" + length + ") of " + this + ": refused");
    }
    return lent;
  }

  /// *Lends* `length` bytes at `offset` of this range, charged to nobody in particular; null if the
  /// range is not published, the folio claimed or poisoned, or its counts at their limit: then the
  /// caller waits or copies.
  public @Nullable PageRef tryLend(int offset, int length) {
    return tryLend(offset, length, null);
  }

  /// *Lends* as [#tryLend(int, int)] and charges the bytes to `borrower`; null also if that would
  /// exceed its limit.
  public @Nullable PageRef tryLend(int offset, int length, @Nullable Account borrower) {
    checkRange(offset, length);
    Folio folio = folio();
    if (right != Right.READ || (borrower != null && !borrower.tryCharge(length))) {
      return null;
    }
    if (!folio.tryLend()) {
      if (borrower != null) {
        borrower.discharge(length);
      }
      return null;
    }
    PageRef lent = pool.handle();
    lent.account = borrower;
    lent.charge = borrower == null ? 0 : length;
    Provenance carried = provenance == Provenance.GIVEN ? Provenance.GIVEN : Provenance.LENT;
    lent.open(folio, this.offset + offset, length, carried, Right.READ, true);
    return lent;
  }

  /// *Gives* a second reference of the same range, provenance and charge. Throws at the folio's
  /// limit, and for a writable range, which has one holder.
  public PageRef share() {
    PageRef twin = tryShare();
    if (twin == null) {
      throw new IllegalStateException("share() of " + this + ": refused");
    }
    return twin;
  }

  /// *Gives* a second reference as [#share] does; null where it is refused.
  public @Nullable PageRef tryShare() {
    return right == Right.READ ? twin(folio(), length, length) : null;
  }

  /// *Gives* the first `length` bytes as a reference of its own, with the same provenance and the
  /// same permission; this one keeps the rest. The charge is divided, not doubled. Throws at the
  /// folio's limit.
  public PageRef splitHead(int length) {
    PageRef head = trySplitHead(length);
    if (head == null) {
      throw new IllegalStateException("splitHead(" + length + ") of " + this + ": refused");
    }
    return head;
  }

  /// Splits as [#splitHead] does; null, and nothing changes, at the folio's limit.
  @Nullable PageRef trySplitHead(int length) {
    Folio folio = folio();
    checkRange(0, length);
    if (right == Right.REWRITE) {
      throw new IllegalStateException("splitHead(" + length + ") of " + this + ": claimed");
    }
    int divided = Math.min(charge, length);
    PageRef head = twin(folio, length, 0);
    if (head == null) {
      return null;
    }
    head.account = account;
    head.charge = divided;
    charge -= divided;
    offset += length;
    this.length -= length;
    return head;
  }

  /// Moves the start of the range forward.
  public void skip(int bytes) {
    checkRange(bytes, length - bytes);
    offset += bytes;
    length -= bytes;
  }

  /// Shortens the range to its first `bytes`.
  public void trim(int bytes) {
    checkRange(0, bytes);
    length = bytes;
  }

  /// Makes the range writable again if nobody else has any business with the folio: the only
  /// reference, owned, clean, neither given nor pinned. It is then as fresh as from
  /// [FolioPool#take], and may be moved into another place without a copy.
  public boolean trySteal() {
    if (right != Right.READ || loan || !folio().trySteal()) {
      return false;
    }
    right = Right.FILL;
    return true;
  }

  /// Claims the folio for writing in place: nobody else holds a reference, and while the claim
  /// lasts nobody gets one. Ends with [#publish]. Refused: write a new version.
  public boolean tryClaim() {
    if (right != Right.READ || loan || !folio().tryClaim()) {
      return false;
    }
    right = Right.REWRITE;
    return true;
  }

  /// The kernel or a device is about to read the range, or, if it is writable, to write into it.
  /// The pin keeps the memory by itself; it may be dropped by [Folio#unpin] from any thread.
  public void pin() {
    if (!tryPin()) {
      throw new IllegalStateException("pin() of " + this + ": refused");
    }
  }

  /// Pins as [#pin] does; false for zero folios, poisoned ones and at the limit.
  public boolean tryPin() {
    return right == Right.READ ? folio().tryPinForRead() : folio().tryPinForWrite();
  }

  /// Drops a pin. Throws when there is none.
  public void unpin() {
    folio().unpin();
  }

  /// Gives the pages to the kernel, which may keep them for ever: from now on nobody writes this
  /// folio in place, and its backing is dropped when the last reference in user space is gone.
  /// False for the other class, a writable range, and a folio that is claimed, poisoned or zero.
  public boolean tryGive() {
    if (right != Right.READ || !folio().tryGive()) {
      return false;
    }
    provenance = Provenance.GIVEN;
    return true;
  }

  /// Moves the charge for this range to another borrower, as from a pipe to a send queue. False,
  /// and nothing changes, if that would exceed the other's limit.
  public boolean moveCharge(@Nullable Account borrower) {
    folio();
    if (borrower != null && !borrower.tryCharge(length)) {
      return false;
    }
    dropCharge();
    account = borrower;
    charge = borrower == null ? 0 : length;
    return true;
  }

  /// Releases the reference. A second release throws, and drops nothing.
  @Override
  public void close() {
    Folio folio = this.folio;
    if (folio == null || !end()) {
      throw closed("close");
    }
    boolean borrowed = loan;
    dropCharge();
    this.folio = null;
    right = Right.READ;
    loan = false;
    if (taker != null) {
      pool.forget(this);
      taker = null;
    }
    home().bringBack(this);
    if (borrowed) {
      folio.endLoan();
    } else {
      folio.put();
    }
  }

  /// Begins a life over a reference that the caller has just taken.
  void open(Folio folio, int offset, int length, Provenance provenance, Right right, boolean loan) {
    this.folio = folio;
    this.offset = offset;
    this.length = length;
    this.provenance = provenance;
    this.right = right;
    this.loan = loan;
    taker = pool.remember(this);
    begin();
  }

  private @Nullable PageRef twin(Folio folio, int length, int extraCharge) {
    if (!(loan ? folio.tryLend() : folio.tryGet())) {
      return null;
    }
    PageRef twin = pool.handle();
    twin.account = account;
    twin.charge = account == null ? 0 : extraCharge;
    if (account != null) {
      account.charge(extraCharge);
    }
    twin.open(folio, offset, length, provenance, right, loan);
    return twin;
  }

  private void dropCharge() {
    if (account != null) {
      account.discharge(charge);
      account = null;
      charge = 0;
    }
  }

  private void demandWritable(String what) {
    folio();
    if (right == Right.READ) {
      throw new IllegalStateException(what + "() of " + this + ": frozen");
    }
  }

  private void checkRange(int offset, int length) {
    folio();
    if (offset < 0 || length < 0 || offset > this.length - length) {
      throw new IndexOutOfBoundsException(
          "offset=" + offset + ", length=" + length + " in a range of " + this.length + " bytes");
    }
  }

  private IllegalStateException closed(String what) {
    return new IllegalStateException(what + "() of a released PageRef: " + this);
  }

  @Nullable Throwable taker() {
    return taker;
  }

  @Override
  public String toString() {
    Folio folio = this.folio;
    return folio == null
        ? "PageRef[released, generation " + generation() + "]"
        : "PageRef[%s %d+%d%s of %s]"
            .formatted(provenance, offset, length, right == Right.READ ? "" : " writable", folio);
  }
}
