package ropewalk.cache;

/// When a write through the cache returns, chosen by each who opens a file.
///
/// ```
///                 the cache     the kernel     the medium
///   BACK         ──► returns ─ ─ later ─ ─ ─ ─ sync
///   THROUGH      ───────────────► returns ─ ─ ─ sync
///   SYNC         ───────────────────────────────► returns
/// ```
///
/// One file may be open in several modes at a time. Readers in this house see one content whatever
/// the mode; other processes see what the kernel has.
public enum Writing {
  /// A write has reached the backing, as after write(2), before it returns. The default, because
  /// other processes look at files through the kernel.
  THROUGH,

  /// A write ends in the cache and is written back later: in the background, by limits, by flush,
  /// sync and close. For whoever owns the file, or tells others when to look.
  BACK,

  /// A write is on the medium before it returns, as with O_DSYNC.
  SYNC
}
