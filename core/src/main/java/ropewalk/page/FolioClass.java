package ropewalk.page;

/// The two kinds of memory, which never mix (rule 5 of the state word).
///
/// A buffer registered with io_uring goes on pointing at its old pages after `MADV_DONTNEED`, and a
/// given page is safe only because its backing is dropped. One folio can't be both.
public enum FolioClass {
  /// May be registered with io_uring; leaves the house only by calls that complete or copy.
  RING,
  /// Never registered; may be given to the kernel for ever by vmsplice, splice or sendfile.
  GIFT
}
