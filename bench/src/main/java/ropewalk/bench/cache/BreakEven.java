package ropewalk.bench.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import ropewalk.bench.Book;

/// From which size on strict splice is cheaper than copying, and what overwriting costs it: seed
/// 3's question, which the kernel answered by guess.
///
/// ```
///   lend S bytes ──► pipe ── overwrite p % of the pages ──► socket ──► a thread that reads
///   read S bytes ──► buffer ── overwrite ──► socket            (1 MiB at a time)
///   transferTo ──► socket ── overwrite                          (what is under way changes)
/// ```
///
/// CPU is that of all Java threads but the reader's. Overwrites are of 4 KiB, written through to
/// the kernel by all three; ours copies the rest of the run (64 KiB) when its bytes are on loan.
final class BreakEven {
  private static final int[] PERCENT = {0, 1, 10, 100};
  private static final long SIZE_MIN = 4 << 10;
  private static final long SIZE_MAX = 16 << 20;

  /// Bytes of one sample: 5 to 30 ms, a hundred times what a clock and a wake-up take.
  private static final long VOLUME = 32 << 20;

  private static final int WARM_ROUNDS = 3;

  /// Room for the file, for every version of it on loan, and for as much in the making.
  private static final long CACHE_BYTES = 4 * SIZE_MAX;

  static final String CPU = "CPU ns a byte";
  static final String WALL = "ns a byte";
  static final String HELD = "bytes held";
  static final String BOOKS = "ns a page, lent and released";

  private final CacheBench.Plan plan;
  private final Book book;
  private final Random order = new Random(6);

  private BreakEven(CacheBench.Plan plan) {
    this.plan = plan;
    this.book = plan.book("cache-breakeven");
  }

  static void run(CacheBench.Plan plan) throws IOException {
    new BreakEven(plan).run();
  }

  private void run() throws IOException {
    Path folder = Files.createTempDirectory("ropewalk-bench");
    try (Eater eater = new Eater(folder.resolve("eater.sock"))) {
      List<Path> files = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        files.add(file(folder.resolve(i + ".bytes")));
      }
      Path door = folder.resolve("eater.sock");
      try (Holding.Lent ours = new Holding.Lent(files.get(0), door, CACHE_BYTES, true);
          Holding gathered = new Holding.Lent(files.get(3), door, CACHE_BYTES, false);
          Holding copied = new Holding.Copied(files.get(1), door);
          Holding relaxed = new Holding.Relaxed(files.get(2), door)) {
        for (int percent : PERCENT) {
          for (long size = SIZE_MIN; size <= SIZE_MAX; size *= 4) {
            cell(eater, List.of(ours, gathered, copied, relaxed), size, percent);
          }
        }
        for (long size = SIZE_MIN; size <= SIZE_MAX; size *= 4) {
          books(ours, size);
        }
      }
    } finally {
      try (var left = Files.list(folder)) {
        for (Path each : left.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(folder);
    }
    BreakEvenPage.write(book, plan.results(), sizes(), PERCENT);
  }

  private static long[] sizes() {
    return java.util.stream.LongStream.iterate(SIZE_MIN, s -> s <= SIZE_MAX, s -> s * 4).toArray();
  }

  static String cell(long size, int percent) {
    return (size >> 10) + " KiB, " + percent + " %";
  }

  private static Path file(Path path) throws IOException {
    byte[] bytes = new byte[(int) SIZE_MAX];
    new Random(1).nextBytes(bytes);
    return Files.write(path, bytes);
  }

  private void cell(Eater eater, List<Holding> field, long size, int percent) throws IOException {
    long volume = plan.isQuick() ? Math.max(size, VOLUME >> 6) : Math.max(size, VOLUME);
    List<Holding> turn = new ArrayList<>(field);
    for (int round = -WARM_ROUNDS; round < plan.rounds(); round++) {
      Collections.shuffle(turn, order);
      for (Holding way : turn) {
        Rewriting rewriting = new Rewriting(percent);
        long cpu = eater.othersCpuNanos();
        long wall = System.nanoTime();
        for (long done = 0; done < volume; done += size) {
          way.transfer(size, rewriting);
        }
        wall = System.nanoTime() - wall;
        cpu = eater.othersCpuNanos() - cpu;
        if (round >= 0) {
          String cell = cell(size, percent);
          book.add(cell, way.name(), CPU, (double) cpu / volume);
          book.add(cell, way.name(), WALL, (double) wall / volume);
        }
      }
    }
    held(field, size, percent);
  }

  private void held(List<Holding> field, long size, int percent) throws IOException {
    for (Holding way : field) {
      book.add(cell(size, percent), way.name(), HELD, (double) way.held(size, percent));
    }
  }

  /// Bookkeeping alone: nothing is sent and nothing overwritten.
  private void books(Holding.Lent ours, long size) throws IOException {
    long transfers =
        Math.max(1, (plan.isQuick() ? VOLUME : 64 * VOLUME) / Math.max(size, 64 << 10));
    for (int round = -WARM_ROUNDS; round < plan.rounds(); round++) {
      long start = System.nanoTime();
      for (long i = 0; i < transfers; i++) {
        ours.lendAndRelease(size);
      }
      double nanos = System.nanoTime() - start;
      if (round >= 0) {
        book.add(
            cell(size, 0),
            ours.name(),
            BOOKS,
            nanos / ((double) transfers * size / Rewriting.PAGE));
      }
    }
  }
}
