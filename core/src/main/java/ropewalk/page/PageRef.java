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
/// *Handles are pooled.* Nothing is allocated in steady state. A closed handle rests for a while
/// before its next life, counted by [#generation]; until then each use of it, and a second release
/// above all, throws. With `-Dropewalk.leaks=all` no handle gets a second life, so that every
/// second release is caught.
public final class PageRef extends Fragment implements AutoCloseable {

  /// The longest that a writer waits for transient reads: five copies of 64 KiB out of cold memory.
  /// A reader that has lost its processor is not waited for.
  private static final long READ_NANOS_MAX = 50_000;

  PageRef(FolioPool pool, @Nullable PageRef[] ring, int[] clocks, int clock) {
    super(pool, ring, clocks, clock);
  }

  /// The folio. Its address and state are good while this reference is held.
  public Folio folio() {
    return demandFolio("folio");
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

  /// What [#close] drops: a pin, or a reference of an owner or borrower.
  public Cleanup cleanup() {
    folio();
    return hold.cleanup();
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
    return isLive() ? account : null;
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
    return borrow(offset, length, Hold.LOAN, borrower);
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
    return tryShare(0, length());
  }

  /// *Gives* a second reference of `length` bytes at `offset` of this range, as [#share] does of
  /// the whole: an owner's share is an owner's, a borrower's is a loan, a request's a pin. Null
  /// where it is refused.
  public @Nullable PageRef tryShare(int offset, int length) {
    checkRange(offset, length);
    PageRef twin = right == Right.READ ? twin(offset, length) : null;
    if (twin != null && account != null) {
      twin.chargeAnew(account, length);
    }
    return twin;
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
    checkRange(0, length);
    if (right == Right.REWRITE) {
      throw new IllegalStateException("splitHead(" + length + ") of " + this + ": claimed");
    }
    PageRef head = twin(0, length);
    if (head == null) {
      return null;
    }
    head.takeCharge(this, Math.min(charge, length));
    offset += length;
    this.length -= length;
    return head;
  }

  /// *Takes* `next` and adds its range to this one, if it follows without a gap in the same folio
  /// and both are the same in all that a range may differ in: provenance, permission, kind of
  /// reference, borrower. Then true, `next` is closed, its reference dropped and its charge here.
  /// Else false and nothing has changed. Undoes [#splitHead]; never makes one of what may be
  /// written and what may not (contract R-28), nor of equal pages at other offsets.
  public boolean tryJoin(PageRef next) {
    boolean joins = isContinuedBy(next);
    if (joins) {
      takeCharge(next, next.charge);
      length += next.length;
      next.close();
    }
    return joins;
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
  /// [FolioPool#take], and may be moved into another place without a copy. Who follows it is told
  /// that what was followed has come to its end.
  public boolean trySteal() {
    if (right != Right.READ || hold != Hold.OWNER || !folio().trySteal()) {
      return false;
    }
    right = Right.FILL;
    leaveTrail();
    return true;
  }

  /// Whether [#trySteal] would be granted at this moment. Steals nothing, and promises nothing.
  public boolean seemsStealable() {
    return right == Right.READ && hold == Hold.OWNER && folio().seemsStealable();
  }

  /// Claims the folio for writing in place: nobody else holds a reference, and while the claim
  /// lasts nobody gets one. Ends with [#publish]. Refused: write a new version.
  public boolean tryClaim() {
    if (right != Right.READ || hold != Hold.OWNER || !folio().tryClaim()) {
      return false;
    }
    right = Right.REWRITE;
    return true;
  }

  /// Wishes to write in place, and is told what to do: claimed as by [#tryClaim], wait because
  /// somebody copies out right now, or write a new version. A borrower always versions. Throws if
  /// the range is writable as it is.
  public Claim claim() {
    folio();
    if (right != Right.READ) {
      throw new IllegalStateException("claim() of " + this + ": writable already");
    }
    Claim answer = hold == Hold.OWNER ? folio().claim() : Claim.VERSION;
    if (answer == Claim.CLAIMED) {
      right = Right.REWRITE;
    }
    return answer;
  }

  /// Claims as [#claim] does and waits for those who are copying out, a little longer than that may
  /// take. False: something that lasts is in the way; write a new version.
  public boolean claimOrVersion() {
    Claim answer = claim();
    if (answer == Claim.WAIT) {
      long deadlineNanos = System.nanoTime() + READ_NANOS_MAX;
      do {
        Thread.onSpinWait();
        answer = claim();
      } while (answer == Claim.WAIT && System.nanoTime() - deadlineNanos < 0);
    }
    return answer == Claim.CLAIMED;
  }

  /// The kernel or a device is about to read the range, or, if it is writable, to write into it.
  /// The pin keeps the memory by itself; it may be dropped by [Folio#unpin] from any thread.
  public void pin() {
    if (!tryPin()) {
      throw new IllegalStateException("pin() of " + this + ": refused");
    }
  }

  /// Pins as [#pin] does; false for zero folios, poisoned ones, at the limit, and to write into
  /// given ones. False has taken nothing: zeros are kept by their loan alone, and never unpinned.
  public boolean tryPin() {
    return right == Right.READ ? folio().tryPinForRead() : folio().tryPinForWrite();
  }

  /// *Gives* a handle of `length` bytes at `offset` of this range whose one reference is a pin: for
  /// a request that reads them. Its [#close] is the unpin, once, from whichever thread completes
  /// the request. Null where [#tryPin] is false, and for a writable range, which is pinned whole.
  public @Nullable PageRef tryPinned(int offset, int length) {
    checkRange(offset, length);
    if (right != Right.READ || !folio().tryPinForRead()) {
      return null;
    }
    return borrow(offset, length, Hold.PIN, null);
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

  /// Lets `trail` know when this range, and whatever is sliced, shared or lent out of it from now
  /// on, is released. A range has one trail; the first stays.
  public void follow(Trail trail) {
    folio();
    enter(trail);
  }

  /// Releases the reference. A second release throws, and drops nothing.
  @Override
  public void close() {
    shut("close");
  }
}
