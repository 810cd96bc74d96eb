package ropewalk.bench.cache;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import ropewalk.bench.Book;
import ropewalk.bench.Ratio;

/// Random reads of 4 KiB by Zipf's law at several hit ratios and numbers of callers.
///
/// A miss of ours and of Caffeine's reads 64 KiB out of the kernel's page cache, which has the
/// whole file; the mapping and the channel stand there without a cache of their own, as what one
/// has for nothing. So the figures say what the caches cost, not what a disk does.
final class Zipf {
  private static final double[] SHARES = {0.5, 0.75, 0.9, 1};
  private static final int[] CALLERS = {1, 8};
  private static final int[] CEILING = {1, 2, 4, 8, 16};
  private static final long FILE_BYTES = 256L << 20;
  private static final int READS = 240_000;
  private static final int WARM_ROUNDS = 2;

  /// Every so many reads one is timed: two clocks cost a tenth of the fastest read.
  private static final int TIMED_EVERY = 8;

  static final String SPEED = "reads/s";
  static final String P99 = "p99, us";
  static final String HEAP = "heap B a read";
  static final String HITS = "hit ratio";

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final CacheBench.Plan plan;
  private final Book book;
  private final ZipfKeys keys;
  private final Path file;
  private final Random order = new Random(6);

  private Zipf(CacheBench.Plan plan, Path file, long bytes) throws IOException {
    this.plan = plan;
    this.book = plan.book("cache-zipf");
    this.file = file;
    this.keys = new ZipfKeys(bytes);
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += block.length) {
        int _ = out.write(ByteBuffer.wrap(block), at);
      }
      out.force(true);
    }
  }

  static void run(CacheBench.Plan plan) throws Exception {
    long bytes = plan.isQuick() ? FILE_BYTES >> 3 : FILE_BYTES;
    Path folder = Files.createTempDirectory("ropewalk-bench");
    Path file = folder.resolve("zipf.bytes");
    try {
      Zipf zipf = new Zipf(plan, file, bytes);
      zipf.book.fact("file", (bytes >> 20) + " MiB, warm in the kernel");
      zipf.measure(bytes);
      new ZipfPage(zipf.book, SHARES, CALLERS, CEILING).write(plan.results());
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private void measure(long bytes) throws Exception {
    for (double share : SHARES) {
      long cacheBytes = share == 1 ? bytes + (bytes >> 3) : keys.bytesFor(share);
      List<Reading> field = new ArrayList<>();
      try {
        field.add(new Reading.Ours(file, cacheBytes));
        field.add(new Reading.Kept(file, cacheBytes));
        field.add(new Reading.Mapped(file));
        field.add(new Reading.Channel(file));
        for (int callers : share == 1 ? CEILING : CALLERS) {
          cell(field, cell(share, callers), callers);
        }
      } finally {
        for (Reading way : field) {
          way.close();
        }
      }
    }
  }

  static String cell(double share, int callers) {
    return String.format(Locale.ROOT, "%.0f %%, %d callers", 100 * share, callers);
  }

  private void cell(List<Reading> field, String cell, int callers) throws Exception {
    int each = (plan.isQuick() ? READS / 20 : READS) / callers;
    List<Reading> turn = new ArrayList<>(field);
    for (int round = -WARM_ROUNDS; round < plan.rounds(); round++) {
      Collections.shuffle(turn, order);
      for (Reading way : turn) {
        sample(way, cell, callers, each, round);
      }
    }
  }

  /// What one caller saw.
  private record Seen(List<Long> nanos, long heap) {}

  private void sample(Reading way, String cell, int callers, int each, int round) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<FutureTask<Seen>> tasks = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      long[] offsets = keys.draw(each, 1000L * round + i);
      FutureTask<Seen> task = new FutureTask<>(() -> read(way, offsets, go));
      tasks.add(task);
      Thread.ofPlatform().name("caller").start(task);
    }
    double _ = way.hitRatio();
    long start = System.nanoTime();
    go.countDown();
    long heap = 0;
    List<Long> nanos = new ArrayList<>();
    for (FutureTask<Seen> task : tasks) {
      nanos.addAll(task.get().nanos());
      heap += task.get().heap();
    }
    double took = System.nanoTime() - start;
    if (round >= 0) {
      double[] sorted = nanos.stream().mapToDouble(value -> value).sorted().toArray();
      int reads = each * callers;
      book.add(cell, way.name(), SPEED, reads * 1e9 / took);
      book.add(cell, way.name(), P99, sorted[(int) (0.99 * sorted.length)] / 1000);
      book.add(cell, way.name(), HEAP, (double) heap / reads);
      book.add(cell, way.name(), HITS, way.hitRatio());
    }
  }

  private static Seen read(Reading way, long[] offsets, CountDownLatch go) throws Exception {
    long[] nanos = new long[offsets.length / TIMED_EVERY + 1];
    int timed = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(ZipfKeys.PAGE, ZipfKeys.PAGE);
      ByteBuffer buffer = target.asByteBuffer();
      go.await();
      long heap = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < offsets.length; i++) {
        if (i % TIMED_EVERY == 0) {
          long start = System.nanoTime();
          way.read(offsets[i], target, buffer);
          nanos[timed++] = System.nanoTime() - start;
        } else {
          way.read(offsets[i], target, buffer);
        }
      }
      heap = THREADS.getCurrentThreadAllocatedBytes() - heap;
      return new Seen(Arrays.stream(nanos, 0, timed).boxed().toList(), heap);
    }
  }

  /// How many times as fast `callers` callers are as one.
  static Ratio gain(Book book, String subject, double share, int callers) {
    return book.across(cell(share, callers), cell(share, 1), subject, SPEED);
  }
}
