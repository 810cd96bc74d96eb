package ropewalk.page;

/// Where a [PageRef] has its bytes from. It travels with the range through every share, slice and
/// split; losing it is how borrowed pages came to be written in place (contract R-28).
public enum Provenance {
  /// The holder is an owner of the folio.
  OWNED,
  /// Borrowed: the owner lent it, and writes a new version rather than these bytes.
  LENT,
  /// The kernel may hold these pages and will not say when it lets go.
  GIVEN
}
