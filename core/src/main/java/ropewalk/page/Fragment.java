package ropewalk.page;

import org.jspecify.annotations.Nullable;

/// What a handle refers to and what may be done with it: all that has to survive whatever is done
/// to a range. Losing any of it on the way was the root of the page-cache holes of 2026 (contract
/// R-28), so a handle is made out of another in two places only, both here: [#twin] and [#borrow].
///
/// | | share, splitHead ([#twin]) | lend, tryPinned ([#borrow]) |
/// |---|---|---|
/// | folio, and a range within the old one | yes | yes |
/// | provenance | the same | LENT; GIVEN stays GIVEN |
/// | permission | the same, and only a split may pass on one to write | to read |
/// | kind of reference | the same | a loan; a pin |
/// | charge | shared: as much again; split: divided | the borrower's |
/// | trail | the same, one fragment more | the same, one fragment more |
///
/// Used by one thread at a time, as [PageRef] says.
abstract sealed class Fragment extends Handle permits PageRef {

  /// Who may write the range: nobody, its holder for the first time, its holder under a claim.
  enum Right {
    READ,
    FILL,
    REWRITE
  }

  final FolioPool pool;
  @Nullable Folio folio;
  int offset;
  int length;
  Provenance provenance = Provenance.OWNED;
  Right right = Right.READ;

  /// What the reference counts as. A GIVEN range may be owned or borrowed.
  Hold hold = Hold.OWNER;

  @Nullable Account account;

  /// Bytes charged to `account` for this handle; 0 without one.
  int charge;

  /// Who wants to know when this and all that is made of it is released, if anybody.
  @Nullable Trail trail;

  /// Who opened it, where that is remembered.
  private @Nullable Throwable taker;

  Fragment(FolioPool pool, @Nullable PageRef[] ring, int[] clocks, int clock) {
    super(ring, clocks, clock);
    this.pool = pool;
  }

  /// Fills a handle that was just begun, over a reference that the caller has just taken.
  /// References are written only where they change: a store into an old object costs the
  /// collector's barrier.
  final void open(
      Folio folio, int offset, int length, Provenance provenance, Right right, Hold hold) {
    if (this.folio != folio) {
      this.folio = folio;
    }
    if (this.provenance != provenance) {
      this.provenance = provenance;
    }
    if (this.right != right) {
      this.right = right;
    }
    if (this.hold != hold) {
      this.hold = hold;
    }
    if (account != null) {
      account = null;
    }
    if (trail != null) {
      trail = null;
    }
    charge = 0;
    this.offset = offset;
    this.length = length;
    if (pool.remembers()) {
      taker = pool.remember(self());
    }
  }

  /// Ends this life, pays what it owes, and drops its reference; throws, and drops nothing, if that
  /// has been done. All that is needed is read before the end: the next life may begin at once.
  final void shut(String what) {
    Folio folio = demandFolio(what);
    Hold held = hold;
    Account borrower = account;
    int owed = charge;
    Trail followed = trail;
    if (taker != null) {
      pool.forget(self());
      taker = null;
    }
    if (!end()) {
      throw closed(what);
    }
    if (borrower != null) {
      borrower.discharge(owed);
    }
    held.release(folio);
    if (followed != null) {
      followed.leave();
    }
  }

  /// From now on `trail` counts this fragment and whatever is made of it; one that was followed
  /// before stays where it is.
  final void enter(Trail trail) {
    if (this.trail == null) {
      trail.enter();
      this.trail = trail;
    }
  }

  /// This fragment is something new from now on, and no trail's any more.
  final void leaveTrail() {
    Trail followed = trail;
    if (followed != null) {
      trail = null;
      followed.leave();
    }
  }

  /// The folio of an open handle.
  final Folio demandFolio(String what) {
    Folio folio = this.folio;
    if (!isLive() || folio == null) {
      throw closed(what);
    }
    return folio;
  }

  /// *Gives* a handle that is like this one in everything but its range; null at the folio's limit.
  final @Nullable PageRef twin(int offset, int length) {
    Folio folio = demandFolio("twin");
    if (!hold.tryAnother(folio)) {
      return null;
    }
    PageRef twin = handle();
    twin.open(folio, this.offset + offset, length, provenance, right, hold);
    if (trail != null) {
      twin.enter(trail);
    }
    return twin;
  }

  /// *Gives* a read-only handle of part of this range, over a loan or pin that the caller has just
  /// taken and, with `borrower`, already charged.
  final PageRef borrow(int offset, int length, Hold held, @Nullable Account borrower) {
    PageRef lent = handle();
    Provenance carried = provenance == Provenance.GIVEN ? Provenance.GIVEN : Provenance.LENT;
    lent.open(demandFolio("borrow"), this.offset + offset, length, carried, Right.READ, held);
    if (borrower != null) {
      lent.account = borrower;
      lent.charge = length;
    }
    if (trail != null) {
      lent.enter(trail);
    }
    return lent;
  }

  /// Whether `next` follows without a gap in the same folio, and both are the same in all that a
  /// fragment carries. A claim covers a folio once, so two claimed ranges can't exist.
  final boolean isContinuedBy(PageRef next) {
    return demandFolio("join") == next.demandFolio("join")
        && next != this
        && offset + length == next.offset
        && provenance == next.provenance
        && right == next.right
        && right != Right.REWRITE
        && hold == next.hold
        && account == next.account
        && trail == next.trail;
  }

  /// Charges `bytes` to `borrower`, whatever its limit: they are on loan already.
  final void chargeAnew(Account borrower, int bytes) {
    account = borrower;
    charge = bytes;
    borrower.charge(bytes);
  }

  /// *Takes* `bytes` of another handle's charge.
  final void takeCharge(Fragment from, int bytes) {
    account = from.account;
    charge += bytes;
    from.charge -= bytes;
  }

  final void dropCharge() {
    if (account != null) {
      account.discharge(charge);
      account = null;
      charge = 0;
    }
  }

  final void demandWritable(String what) {
    demandFolio(what);
    if (right == Right.READ) {
      throw new IllegalStateException(what + "() of " + this + ": frozen");
    }
  }

  final void checkRange(int offset, int length) {
    demandFolio("range");
    if (offset < 0 || length < 0 || offset > this.length - length) {
      throw new IndexOutOfBoundsException(
          "offset=" + offset + ", length=" + length + " in a range of " + this.length + " bytes");
    }
  }

  final @Nullable Throwable taker() {
    return taker;
  }

  private PageRef handle() {
    PageRef handle = another();
    return handle != null ? handle : pool.handle();
  }

  private PageRef self() {
    return (PageRef) this;
  }

  private IllegalStateException closed(String what) {
    return new IllegalStateException(what + "() of a released PageRef: " + this);
  }

  @Override
  public String toString() {
    Folio folio = this.folio;
    return folio == null || !isLive()
        ? "PageRef[released, generation " + life() + "]"
        : "PageRef[%s %d+%d%s%s of %s]"
            .formatted(
                provenance,
                offset,
                length,
                right == Right.READ ? "" : " writable",
                hold == Hold.PIN ? " pinned" : "",
                folio);
  }
}
