package ropewalk.page;

/// Somebody who wants to know what becomes of one folio until it is home again: for records made on
/// demand, never for deciding anything.
///
/// Called in the middle of moving bytes, on whatever thread does it, perhaps under a lock: notes
/// and returns. Must not throw, wait, or touch the folio.
public interface FolioWatch {
  /// A loan over it has ended.
  ///
  /// @param left loans that are still open
  void loanEnded(Folio folio, int left);

  /// The kernel may hold its pages from now on. May be told more than once.
  void given(Folio folio);

  /// The last reference is gone and the folio goes home; the watch has ended.
  void back(Folio folio);
}
