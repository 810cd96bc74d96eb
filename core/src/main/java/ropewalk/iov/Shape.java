package ropewalk.iov;

/// Which kind of memory an iterator runs over: the kernel's names, for a log or a table. A `switch`
/// over the sealed [IovIter] says more.
public enum Shape {
  /// One segment of the caller: [UbufIter].
  UBUF,
  /// Many segments of the caller: [IovecIter].
  IOVEC,
  /// Memory of the house that is no folio: [KvecIter].
  KVEC,
  /// Ranges of folios: [BvecIter].
  BVEC,
  /// A queue of folios that may grow: [FolioqIter].
  FOLIOQ,
  /// A range of an index of folios: [XarrayIter].
  XARRAY,
  /// What waits in a ring of slots, to be read: [PipeSourceIter].
  PIPE_SOURCE,
  /// The free slots of a ring, to be filled: [PipeTargetIter].
  PIPE_TARGET,
  /// One iterator after the other: [ListIter].
  LIST,
  /// Nowhere: [DiscardIter].
  DISCARD
}
