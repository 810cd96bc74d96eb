package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.page.PoolRefusal;
import ropewalk.testkit.Pattern;

/// A pool that refuses at the n-th page, for each n: nothing leaks, and the iterator stands exactly
/// behind what was answered. After each test the house is counted.
final class ScarcityTest {

  private static final int PAGE = Lab.PAGE;

  /// Pages that a request would like; more than a bounce folio's sixteen.
  private static final int PAGES = 20;

  /// Something that takes pages of a pool for the memory ahead of an iterator.
  @FunctionalInterface
  private interface Taking {
    /// Takes what it gets, checks it to be the pattern from `place` on, and gives it back.
    long take(FolioPool pool, IovIter iter, long place) throws IOException;
  }

  @Test
  @DisplayName("extract of the caller's memory, refused at the n-th page")
  void extract() throws IOException {
    refuseAtEach(
        (pool, iter, place) -> {
          Tally tally = new Tally();
          try (Extraction batch = new Extraction(pool, 64, tally)) {
            long taken = iter.extract(batch, Long.MAX_VALUE);
            assertThat(tally.copiedUser()).isEqualTo(taken);
            long at = place;
            for (int i = 0; i < batch.size(); i++) {
              Pattern.verify(Memory.segment(batch.address(i), batch.length(i)), at);
              at += batch.length(i);
            }
            assertThat(at - place).isEqualTo(taken);
            return taken;
          }
        });
  }

  @Test
  @DisplayName("decant of the caller's memory, refused at the n-th page")
  void decant() throws IOException {
    refuseAtEach(
        (pool, iter, place) -> {
          try (Extraction batch = new Extraction(pool, 64, new Tally())) {
            BvecIter ranges = batch.decant(iter, Long.MAX_VALUE);
            byte[] out = new byte[(int) ranges.count()];
            Copy.outOf(ranges, MemorySegment.ofArray(out), 0, out.length, new Tally());
            Pattern.verify(out, place);
            return out.length;
          }
        });
  }

  @Test
  @DisplayName("getPages of the caller's memory, refused at the n-th page")
  void getPages() throws IOException {
    refuseAtEach(
        (pool, iter, place) -> {
          List<PageRef> pages = new ArrayList<>();
          long taken = iter.getPages(pool, pages, Long.MAX_VALUE, 64, new Tally());
          long at = place;
          for (PageRef page : pages) {
            Pattern.verify(page.bytes(), at);
            at += page.length();
            page.close();
          }
          return taken;
        });
  }

  @Test
  @DisplayName("eachPage over the caller's memory, refused at the n-th page")
  void eachPage() throws IOException {
    refuseAtEach(
        (pool, iter, place) -> {
          long[] at = {place};
          try (Extraction batch = new Extraction(pool, 3, new Tally())) {
            return iter.eachPage(
                batch,
                Long.MAX_VALUE,
                (folio, page, from, size) -> {
                  Pattern.verify(Memory.segment(page + from, size), at[0]);
                  at[0] += size;
                  return 0;
                });
          }
        });
  }

  @Test
  @DisplayName("filling a pipe, refused at the n-th page: short, and what was filled is kept")
  void pipeTarget() throws IOException {
    for (int n = 0; n <= PAGES; n++) {
      try (FolioPool pool = pool();
          RingDouble ring = new RingDouble(64)) {
        List<PageRef> held = allBut(pool, n);
        PipeTargetIter iter = PipeTargetIter.of(ring, pool, FolioClass.RING, (long) PAGES * PAGE);
        try (Extraction batch = new Extraction(pool, 64, new Tally())) {
          if (n == 0) {
            assertThatThrownBy(() -> iter.extract(batch, Long.MAX_VALUE))
                .isInstanceOf(IOException.class);
          } else {
            assertThat(iter.extract(batch, Long.MAX_VALUE)).isEqualTo((long) n * PAGE);
          }
          assertThat(iter.position()).isEqualTo((long) n * PAGE);
          iter.revert(iter.position());
          batch.release();
        }
        byte[] bytes = Pattern.bytes(0, PAGES * PAGE);
        assertThat(Copy.into(iter, MemorySegment.ofArray(bytes), 0, bytes.length, new Tally()))
            .isEqualTo((long) n * PAGE);
        iter.commit();
        assertThat(ring.used()).isEqualTo(n);
        iter.close();
        held.forEach(PageRef::close);
      }
    }
  }

  @Test
  @DisplayName("a closed arena at the first byte: an error, and no page is kept or pinned")
  void closedArenaAtTheStart() throws IOException {
    try (FolioPool pool = pool();
        Extraction batch = new Extraction(pool, 8, new Tally())) {
      for (Direction direction : Direction.values()) {
        Arena gone = Arena.ofConfined();
        MemorySegment memory = gone.allocate(3 * PAGE);
        IovIter iter = IovecIter.of(direction, memory, memory);
        long none;
        if (direction == Direction.TARGET) {
          none = iter.extract(batch, PAGE); // fresh pages, to be copied back: to nowhere
          gone.close();
          assertThatThrownBy(() -> batch.settle(none)).isInstanceOf(IllegalStateException.class);
          batch.release();
          continue;
        }
        gone.close();
        assertThatThrownBy(() -> iter.extract(batch, PAGE))
            .isInstanceOf(IllegalStateException.class);
        assertThat(batch.size()).isZero();
        assertThat(iter.position()).isZero();
        List<PageRef> pages = new ArrayList<>();
        assertThatThrownBy(() -> iter.getPages(pool, pages, PAGE, 4, new Tally()))
            .isInstanceOf(IllegalStateException.class);
        assertThat(pages).isEmpty();
      }
      assertThat(pool.complaints()).isEmpty();
    }
  }

  /// Lets `taking` run in a pool of n pages, for each n; then in a whole one, to the end.
  private static void refuseAtEach(Taking taking) throws IOException {
    MemorySegment[] segments = new MemorySegment[4 * PAGES];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = MemorySegment.ofArray(Pattern.bytes(i * (PAGE / 4L), PAGE / 4));
    }
    for (int n = 0; n <= PAGES; n++) {
      try (FolioPool pool = pool()) {
        List<PageRef> held = allBut(pool, n);
        IovIter iter = IovIter.source(segments);
        iter.advance(5);
        if (n == 0) {
          assertThatThrownBy(() -> taking.take(pool, iter, 5)).isInstanceOf(PoolRefusal.class);
          assertThat(iter.position()).isEqualTo(5);
        } else {
          long taken = taking.take(pool, iter, 5);
          assertThat(taken).as("with %d pages", n).isBetween(1L, (long) PAGES * PAGE - 5);
          assertThat(iter.position()).isEqualTo(5 + taken);
        }
        held.forEach(PageRef::close);
        assertThat(pool.complaints()).isEmpty();
        while (iter.count() > 0) {
          long start = iter.position();
          assertThat(taking.take(pool, iter, start)).isEqualTo(iter.position() - start);
        }
        assertThat(iter.position()).isEqualTo((long) PAGES * PAGE);
      }
    }
  }

  /// Patient for no time at all.
  private static FolioPool pool() throws IOException {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0).withPatience(Duration.ZERO));
  }

  /// *Gives* all pages of the pool but `n`, which are left one by one.
  private static List<PageRef> allBut(FolioPool pool, int n) {
    List<PageRef> all = new ArrayList<>();
    for (PageRef ref = pool.tryTake(PAGE, FolioClass.RING);
        ref != null;
        ref = pool.tryTake(PAGE, FolioClass.RING)) {
      all.add(ref);
    }
    for (int i = 0; i < n; i++) {
      all.remove(all.size() / 2).close();
    }
    return all;
  }
}
