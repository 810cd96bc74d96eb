package ropewalk.page;

/// What has to be done with a page when its user is through with it. Fixed when the page is got
/// hold of, and never guessed afterwards: whoever put what was pinned, or unpinned what was only
/// referenced, was the bug of two kernel releases (contract ).
public enum Cleanup {
  /// Nothing: somebody else keeps the memory for as long as it is used. Zero folios are always of
  /// this kind where pins are taken, since none can be taken on them.
  NONE,
  /// A reference is released, be it an owner's or a borrower's.
  REFERENCE,
  /// A pin is dropped.
  PIN
}
