package ropewalk.bench.cache;

import static ropewalk.cache.Writing.BACK;
import static ropewalk.cache.Writing.THROUGH;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import ropewalk.bench.Book;
import ropewalk.linux.Clocks;
import ropewalk.linux.HostSyscalls;

/// From a producer's memory into a file: what is copied, and what that costs for each GB. Two
/// figures: until the file has the bytes for whoever reads it in this process (*in the cache*), and
/// until the kernel has them for everybody else (*flushed*). For the peers both are one.
///
/// The producer fills each piece, which is in the figures of all.
final class Producer {
  private static final long VOLUME = 64 << 20;
  private static final int WARM_ROUNDS = 3;
  private static final String CELL = "64 KiB a piece";
  private static final String CACHE_CPU = "CPU-s/GB in the cache";
  private static final String FLUSHED_CPU = "CPU-s/GB flushed";
  private static final String CACHE_SPEED = "GB/s in the cache";
  private static final String FLUSHED_SPEED = "GB/s flushed";
  private static final String USER = "copied, user";
  private static final String KERNEL = "copied, kernel";
  private static final String[] FIGURES = {CACHE_CPU, FLUSHED_CPU, CACHE_SPEED, FLUSHED_SPEED};

  private Producer() {}

  static void run(CacheBench.Plan plan) throws IOException {
    Book book = plan.book("cache-producer");
    long volume = plan.isQuick() ? VOLUME >> 3 : VOLUME;
    Path folder = Files.createTempDirectory("ropewalk-bench");
    List<Writing> field = new ArrayList<>();
    try {
      // A tenth of the cache may be dirty before the background begins, which would be measured
      // too.
      field.add(new Writing.Pages(folder.resolve("back"), 12 * volume, BACK));
      field.add(new Writing.Pages(folder.resolve("through"), 2 * volume, THROUGH));
      field.add(new Writing.Channel(folder.resolve("channel")));
      field.add(new Writing.Mapped(folder.resolve("mapped"), volume));
      List<Writing> turn = new ArrayList<>(field);
      Random order = new Random(6);
      for (int round = -WARM_ROUNDS; round < plan.rounds(); round++) {
        Collections.shuffle(turn, order);
        for (Writing way : turn) {
          sample(book, way, volume, round);
        }
      }
      report(book, field, volume);
    } finally {
      for (Writing way : field) {
        way.close();
      }
      try (var left = Files.list(folder)) {
        for (Path each : left.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(folder);
    }
    book.write(plan.results(), "From a producer into a file");
  }

  private static void sample(Book book, Writing way, long volume, int round) throws IOException {
    long user = way.copiedUser();
    long kernel = way.copiedKernel();
    long cpu = cpuNanos();
    long wall = System.nanoTime();
    way.produce(volume, (byte) round);
    long cached = System.nanoTime() - wall;
    long cachedCpu = cpuNanos() - cpu;
    double cachedUser = way.copiedUser() - user;
    double cachedKernel = way.copiedKernel() - kernel;
    way.flush();
    long flushed = System.nanoTime() - wall;
    long flushedCpu = cpuNanos() - cpu;
    if (round >= 0) {
      book.add(CELL, way.name(), CACHE_CPU, (double) cachedCpu / volume);
      book.add(CELL, way.name(), FLUSHED_CPU, (double) flushedCpu / volume);
      book.add(CELL, way.name(), CACHE_SPEED, (double) volume / cached);
      book.add(CELL, way.name(), FLUSHED_SPEED, (double) volume / flushed);
      book.add(CELL, way.name(), USER, cachedUser / volume);
      book.add(CELL, way.name(), KERNEL, cachedKernel / volume);
    }
  }

  private static void report(Book book, List<Writing> field, long volume) {
    book.say(
        """
        %d MiB in pieces of 64 KiB, overwritten in each round; the producer's own filling is in all figures. *In the
        cache*: readers in this process see it. *Flushed*: the kernel has it too; nothing waits for the disk. Copies
        are for each byte, until it is in the cache.

        | | copies user / kernel | CPU-s/GB in the cache | flushed | GB/s in the cache | flushed |
        |---|---|---:|---:|---:|---:|
        """,
        volume >> 20);
    for (Writing way : field) {
      String name = way.name();
      book.say(
          "| %s | %.2f / %.2f |",
          name, book.median(CELL, name, USER), book.median(CELL, name, KERNEL));
      for (String figure : FIGURES) {
        book.say(" %.3f |", book.median(CELL, name, figure));
      }
      book.say("%n");
    }
    book.say("%nAs a multiple of the other, with the sign interval:%n%n| | ");
    book.say(String.join(" | ", FIGURES) + " |%n|---|---:|---:|---:|---:|%n");
    for (Writing ours : field) {
      if (!ours.name().startsWith("ours")) {
        continue;
      }
      for (Writing peer : field) {
        if (peer.name().startsWith("ours")) {
          continue;
        }
        book.say("| %s / %s |", ours.name(), peer.name());
        for (String figure : FIGURES) {
          book.say(" %s |", Book.words(book.ratio(CELL, ours.name(), peer.name(), figure)));
        }
        book.say("%n");
      }
    }
  }

  private static long cpuNanos() throws IOException {
    return Clocks.nanos(HostSyscalls.host(), Clocks.CLOCK_PROCESS_CPUTIME_ID);
  }
}
