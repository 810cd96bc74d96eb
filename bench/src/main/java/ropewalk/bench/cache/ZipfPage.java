package ropewalk.bench.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import ropewalk.bench.Book;

/// The Zipf reads as tables.
final class ZipfPage {
  private static final String OURS = "ours";
  private static final List<String> PEERS = List.of("Caffeine + ByteBuffer", "mmap", "FileChannel");

  private final Book book;
  private final double[] shares;
  private final int[] callers;
  private final int[] ceiling;

  ZipfPage(Book book, double[] shares, int[] callers, int[] ceiling) {
    this.book = book;
    this.shares = shares;
    this.callers = callers;
    this.ceiling = ceiling;
  }

  void write(Path folder) throws IOException {
    book.say(
        """
        Reads of 4 KiB at random places of one file, copied into memory of the caller; runs of 64 KiB by Zipf's law
        with exponent 1, the page within the run evenly. The hit ratio is of the caches in this process, as measured; a
        miss reads 64 KiB from the kernel's page cache, which has the whole file. The mapping and the channel have no
        cache but the kernel's, so they are the same in every table. p99 is of every eighth read.

        """);
    for (int count : callers) {
      for (double share : shares) {
        table(share, count);
      }
    }
    noCeiling();
    book.write(folder, "Random reads by Zipf's law");
  }

  private void table(double share, int count) {
    String cell = Zipf.cell(share, count);
    book.say(
        "## %s%n%n| | hit ratio | reads/s | p99, us | heap B a read | ours / it, reads/s |%n",
        cell);
    book.say("|---|---:|---:|---:|---:|---:|%n");
    row(cell, OURS);
    book.say(" |%n");
    for (String peer : PEERS) {
      row(cell, peer);
      book.say(" %s |%n", Book.words(book.ratio(cell, OURS, peer, Zipf.SPEED)));
    }
    book.say("%n");
  }

  private void row(String cell, String name) {
    book.say(
        "| %s | %.3f | %.0f | %.1f | %.0f |",
        name,
        book.median(cell, name, Zipf.HITS),
        book.median(cell, name, Zipf.SPEED),
        book.median(cell, name, Zipf.P99),
        book.median(cell, name, Zipf.HEAP));
  }

  /// Whether more callers of one file still bring more, up to the number of cores.
  private void noCeiling() {
    book.say("## Callers of one file, all hits: times as many reads/s as one caller%n%n| |");
    for (int count : ceiling) {
      book.say(" %d |", count);
    }
    book.say("%n|---|%s%n", "---:|".repeat(ceiling.length));
    for (String name : List.of(OURS, PEERS.get(0), PEERS.get(1), PEERS.get(2))) {
      book.say("| %s |", name);
      for (int count : ceiling) {
        book.say(" %.2f |", Zipf.gain(book, name, 1, count).median());
      }
      book.say("%n");
    }
  }
}
