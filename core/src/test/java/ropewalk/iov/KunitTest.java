package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// The ranges that the kernel's own test of its iterator uses (contract 2.4), over a megabyte: the
/// first is empty, some adjoin, the last ends hard by the end.
final class KunitTest {

  private static final int BUFFER = 1 << 20;
  private static final int PAGE = Lab.PAGE;

  private static final int[][] RANGES = {
    {0x00002, 0x00002},
    {0x00027, 0x03000},
    {0x05193, 0x18794},
    {0x20000, 0x20000},
    {0x20000, 0x24000},
    {0x24000, 0x27001},
    {0x29000, 0xffffb},
    {0xffffd, 0xffffe},
  };

  @Test
  void nativeRanges() throws IOException {
    try (Arena arena = Arena.ofConfined();
        FolioPool pool = pool()) {
      MemorySegment buffer = arena.allocate(BUFFER, PAGE);
      List<MemorySegment> runs = new ArrayList<>();
      for (int[] range : RANGES) {
        runs.add(buffer.asSlice(range[0], range[1] - range[0]));
      }
      MemorySegment[] vector = runs.toArray(MemorySegment[]::new);
      for (Shape shape : new Shape[] {Shape.KVEC, Shape.IOVEC}) {
        Pattern.fill(buffer, 0);
        reads(make(shape, Direction.SOURCE, vector), pool);
        buffer.fill((byte) 0xaa);
        writes(make(shape, Direction.TARGET, vector), buffer, pool);
      }
    }
  }

  @Test
  void rangesOfFolios() throws IOException {
    try (FolioPool pool = pool()) {
      PageRef source = pool.take(BUFFER, FolioClass.RING);
      Pattern.fill(source.target(), 0);
      source.publish(BUFFER);
      List<PageRef> lent = new ArrayList<>();
      try (FolioQueue queue = new FolioQueue()) {
        for (int[] range : RANGES) {
          lent.add(source.lend(range[0], range[1] - range[0]));
          queue.append(source.lend(range[0], range[1] - range[0]));
        }
        reads(IovIter.source(lent), pool);
        reads(FolioqIter.of(Direction.SOURCE, queue), pool);
      }
      lent.forEach(PageRef::close);
      source.close();
    }
  }

  /// Copies out and extracts in pieces; both must meet the ranges, in order, and nothing else.
  private static void reads(IovIter iter, FolioPool pool) throws IOException {
    byte[] out = new byte[BUFFER];
    long n = Copy.outOf(iter, MemorySegment.ofArray(out), 0, BUFFER, new Tally());
    assertThat(n).isEqualTo(sum());
    verify(MemorySegment.ofArray(out));
    iter.revert(n);
    MemorySegment again = MemorySegment.ofArray(new byte[BUFFER]);
    long done = 0;
    try (Extraction batch = new Extraction(pool, 8, new Tally())) {
      while (iter.count() > 0) {
        long taken = iter.extract(batch, 100_000);
        assertThat(taken).isBetween(1L, 8L * PAGE);
        for (int i = 0; i < batch.size(); i++) {
          again
              .asSlice(done, batch.length(i))
              .copyFrom(Memory.segment(batch.address(i), batch.length(i)));
          done += batch.length(i);
        }
        batch.release();
      }
    }
    assertThat(done).isEqualTo(sum());
    verify(again);
  }

  /// Copies in; the ranges hold it, and the gaps between them are untouched.
  private static void writes(IovIter iter, MemorySegment buffer, FolioPool pool)
      throws IOException {
    byte[] in = Pattern.bytes(7, BUFFER);
    long n = Copy.into(iter, MemorySegment.ofArray(in), 0, BUFFER, new Tally());
    assertThat(n).isEqualTo(sum());
    iter.revert(n);
    assertThat(iter.pages(Integer.MAX_VALUE)).isGreaterThan(sum() / PAGE);
    assertThat(pool.complaints()).isEmpty();
    long place = 7;
    int behind = 0;
    for (int[] range : RANGES) {
      for (int gap = behind; gap < range[0]; gap++) {
        assertThat(buffer.get(ValueLayout.JAVA_BYTE, gap)).isEqualTo((byte) 0xaa);
      }
      Pattern.verify(buffer.asSlice(range[0], range[1] - range[0]), place);
      place += range[1] - range[0];
      behind = range[1];
    }
  }

  private static void verify(MemorySegment out) {
    long at = 0;
    for (int[] range : RANGES) {
      Pattern.verify(out.asSlice(at, range[1] - range[0]), range[0]);
      at += range[1] - range[0];
    }
  }

  private static IovIter make(Shape shape, Direction direction, MemorySegment[] vector) {
    return shape == Shape.KVEC ? KvecIter.of(direction, vector) : IovecIter.of(direction, vector);
  }

  private static int sum() {
    int sum = 0;
    for (int[] range : RANGES) {
      sum += range[1] - range[0];
    }
    return sum;
  }

  private static FolioPool pool() throws IOException {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 0));
  }
}
