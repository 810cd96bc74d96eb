package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.Leaks;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.HeapMeter;

/// Copying, gathering, saving and extracting allocate nothing on the heap. Counted, not timed.
final class IovAllocationTest {

  private static final int ROUNDS = 5_000;
  private static final int SEGMENTS = 64;

  /// What the virtual machine itself allocates meanwhile; one object a round is more.
  private static final double BYTES_MAX = 4.0;

  @Test
  void callersSegmentsAreCopiedAndExtracted() throws Exception {
    try (FolioPool pool = open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment[] segments = new MemorySegment[SEGMENTS];
      for (int i = 0; i < SEGMENTS; i++) {
        segments[i] =
            i % 2 == 0 ? MemorySegment.ofArray(new byte[100]) : arena.allocate(100 + i, 1);
      }
      MemorySegment flat = arena.allocate(SEGMENTS * 200);
      IovState start = new IovState();
      Tally tally = new Tally();
      for (Direction direction : Direction.values()) {
        IovIter iter = IovecIter.of(direction, segments);
        iter.save(start);
        check(
            () -> {
              if (direction == Direction.SOURCE) {
                Copy.outOf(iter, flat, 0, iter.count(), tally);
              } else {
                Copy.into(iter, flat, 0, iter.count(), tally);
              }
              iter.restore(start);
            });
        Extraction batch = new Extraction(pool, 16, tally);
        check(
            () -> {
              long n = iter.extract(batch, Long.MAX_VALUE);
              batch.settle(n);
              batch.release();
              iter.restore(start);
            });
      }
    }
  }

  @Test
  void foliosAreCopiedGatheredAndExtracted() throws Exception {
    try (FolioPool pool = open();
        Scratch iov = new Scratch(SEGMENTS * Iovec.SIZE)) {
      List<PageRef> pages = new ArrayList<>();
      for (int i = 0; i < SEGMENTS; i++) {
        PageRef page = pool.take(4096, FolioClass.RING);
        page.publish(4000);
        pages.add(page);
      }
      MemorySegment flat = MemorySegment.ofArray(new byte[SEGMENTS * 4096]);
      IovState start = new IovState();
      Tally tally = new Tally();
      Extraction batch = new Extraction(pool, SEGMENTS, tally);
      IovIter iter = IovIter.source(pages);
      iter.save(start);
      check(
          () -> {
            Copy.outOf(iter, flat, 0, iter.count(), tally);
            iter.restore(start);
          });
      check(() -> iter.gather(iov.address(), SEGMENTS, Long.MAX_VALUE));
      check(
          () -> {
            iter.extract(batch, Long.MAX_VALUE);
            batch.release();
            iter.revert(iter.position());
          });
      pages.forEach(PageRef::close);
    }
  }

  private static FolioPool open() throws Exception {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 0).withLeaks(Leaks.OFF));
  }

  private static void check(HeapMeter.Work work) throws Exception {
    assertThat(HeapMeter.bytesPerRound(ROUNDS, work)).isLessThan(BYTES_MAX);
  }
}
