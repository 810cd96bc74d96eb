package ropewalk.page;

/// What becomes of a wish to write: the writer of a frozen range asks, and is told one of these.
///
/// ```
///   alone                                    --> CLAIMED   write in place, then publish
///   alone but for somebody who copies out    --> WAIT      microseconds; ask again
///   a loan, a pin, another owner, given, ... --> VERSION   write a fresh folio; they keep the old
/// ```
///
/// A writer waits for a transient read because it is short by definition, and versions for a loan
/// because a loan may last as long as its holder likes. A new version is always right; the other
/// two answers only save its copy.
public enum Claim {
  /// Granted: nobody else has any business with the folio until [PageRef#publish].
  CLAIMED,
  /// Refused for now: nothing but transient reads is in the way.
  WAIT,
  /// Refused: write a new version.
  VERSION
}
