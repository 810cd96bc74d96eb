package ropewalk.bench.cache;

import java.io.IOException;

/// Which pages are overwritten while they are on loan: so many of a hundred, spread evenly over all
/// that is ever sent. One percent of a file of one page is every hundredth transfer.
final class Rewriting {
  /// Bytes of a page, and of one overwrite.
  static final int PAGE = 4096;

  private static final int HUNDRED = 100;

  private final int percent;
  private int owed;

  Rewriting(int percent) {
    this.percent = percent;
  }

  /// Whoever overwrites the page at `offset` of the file.
  interface Writer {
    void write(long offset) throws IOException;
  }

  /// Has the share of the pages from `from` to `to` overwritten that is due.
  void pages(long from, long to, Writer writer) throws IOException {
    for (long at = from; at < to; at += PAGE) {
      owed += percent;
      if (owed >= HUNDRED) {
        owed -= HUNDRED;
        writer.write(at);
      }
    }
  }
}
