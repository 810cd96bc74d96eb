package ropewalk.iov;

import ropewalk.page.PageRef;

/// What is done with each range of a folio that lies ahead of an iterator ([PageRuns#each]).
@FunctionalInterface
public interface PageRun {

  /// Is shown `length` bytes at `offset` of `page`, which stays its owner's. False ends the walk
  /// before this range.
  boolean run(PageRef page, int offset, int length);
}
