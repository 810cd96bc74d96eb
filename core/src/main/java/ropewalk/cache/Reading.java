package ropewalk.cache;

/// The time in which a [Backing] is read into pages of ours, as its guard sees it: from
/// [Backing#reading] to [#end].
///
/// ```
///   reading() ──► preadv ──► stamp ──► end()
///       │◄───── nobody else writes ─────►│    true, if that is certain
/// ```
///
/// A stamp that is taken before the end of a guarded reading says all about the file: no write is
/// half done.
public interface Reading {
  /// Nobody keeps strangers out, so nothing is certain.
  Reading UNGUARDED = () -> false;

  /// Nobody can write what is read here, ever.
  Reading IMMUTABLE = () -> true;

  /// Ends it, at once where others wait for that; answers whether it is certain that nobody wrote
  /// to the file since it began. Asked again it answers the same.
  boolean end();
}
