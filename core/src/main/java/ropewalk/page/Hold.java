package ropewalk.page;

/// Which of a folio's counts a handle's one reference is in. It is fixed when the handle is opened,
/// goes along with each split and share, and says how the handle ends: what was pinned is unpinned,
/// and nothing else is (contract R-42).
enum Hold {
  /// An owner's: [Folio#put].
  OWNER,
  /// A borrower's: [Folio#endLoan].
  LOAN,
  /// A request's, the kernel's or a device's: [Folio#unpin].
  PIN;

  /// Takes one more of the same kind for a second handle. A pin is only added to a pinned folio.
  boolean tryAnother(Folio folio) {
    if (this == LOAN) {
      return folio.tryLend();
    }
    return this == OWNER ? folio.tryGet() : folio.tryAddPin();
  }

  /// Drops what a handle has held.
  void release(Folio folio) {
    if (this == LOAN) {
      folio.endLoan();
    } else if (this == OWNER) {
      folio.put();
    } else {
      folio.unpin();
    }
  }

  /// What [#release] is called where pages are extracted.
  Cleanup cleanup() {
    return this == PIN ? Cleanup.PIN : Cleanup.REFERENCE;
  }
}
