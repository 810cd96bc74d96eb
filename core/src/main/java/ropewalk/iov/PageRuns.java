package ropewalk.iov;

import ropewalk.page.PageRef;

/// Which of the bytes ahead of a source may be named to the kernel, and in which ranges of folios
/// they lie: what a sender asks before it lends pages by reference.
///
/// ```
///   | header: BVEC | pages: PIPE_SOURCE        | trailer: UBUF (the caller's) |
///   |<------------ ours ---------------------->|<--------- foreign ---------->|
/// ```
///
/// Nothing moves: each look goes back by what it walked.
public final class PageRuns {

  private PageRuns() {}

  /// How many of the bytes that remain come before the first that is the caller's own, or is not
  /// there: these may stand in an iovec array (rule 10).
  public static long ours(IovIter iter) {
    return count(iter, false);
  }

  /// How many of the bytes that remain are the caller's own memory, up to the first that is not.
  public static long foreign(IovIter iter) {
    return count(iter, true);
  }

  /// Shows the ranges of folios ahead, in order and at most `bytesMax` bytes of them, until `step`
  /// refuses one or there is memory that is no range of a folio. Answers the bytes that were taken.
  public static long each(IovIter iter, long bytesMax, PageRun step) {
    IovIter.demandNatural("each", bytesMax);
    long wanted = Math.min(iter.count(), bytesMax);
    long seen = 0;
    try {
      while (seen < wanted && iter.ready()) {
        PageRef page = iter.leaf().page();
        if (page == null) {
          break;
        }
        int length = (int) Math.min(iter.left, wanted - seen);
        if (!step.run(page, (int) (iter.at - page.address()), length)) {
          break;
        }
        iter.pass(length);
        seen += length;
      }
    } finally {
      iter.backward(seen);
    }
    return seen;
  }

  private static long count(IovIter iter, boolean isForeign) {
    long seen = 0;
    while (seen < iter.count() && iter.ready() && isForeign == isForeign(iter.leaf())) {
      long length = Math.min(iter.left, iter.count() - seen);
      iter.pass(length);
      seen += length;
    }
    iter.backward(seen);
    return seen;
  }

  private static boolean isForeign(IovIter of) {
    return of instanceof UbufIter || of instanceof IovecIter;
  }
}
