package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// The edge rules of the iterator, shape by shape.
final class IovIterTest {

  private static MemorySegment heap(int length) {
    return MemorySegment.ofArray(new byte[length]);
  }

  @Test
  void runsOfNoLengthMayStandAnywhere() {
    MemorySegment none = heap(0);
    byte[] bytes = Pattern.bytes(0, 5);
    MemorySegment some = MemorySegment.ofArray(bytes);
    for (List<MemorySegment> shape :
        List.of(
            List.of(none, none, some),
            List.of(some, none, none),
            List.of(some.asSlice(0, 2), none, none, some.asSlice(2)))) {
      IovIter iter = IovIter.source(shape.toArray(MemorySegment[]::new));
      byte[] out = new byte[9];
      Tally tally = new Tally();
      assertThat(iter.count()).isEqualTo(5);
      assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 9, tally)).isEqualTo(5);
      assertThat(out).startsWith(bytes);
      iter.revert(5);
      assertThat(iter.single()).isPositive();
      iter.advance(2);
      iter.revert(1);
      assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 9, tally)).isEqualTo(4);
      assertThat(tally.copiedUser()).isEqualTo(9);
    }
  }

  @Test
  void nothingButEmptyRunsIsNothing() {
    for (IovIter iter :
        List.of(
            IovIter.source(),
            IovIter.source(heap(0)),
            IovIter.source(heap(0), heap(0)),
            IovIter.source(List.of()),
            IovIter.discard(0))) {
      assertThat(iter.count()).isZero();
      assertThat(iter.single()).isZero();
      assertThat(
              iter.walk(
                  10,
                  (run, start, done, length) -> {
                    throw new AssertionError("a step over nothing");
                  }))
          .isZero();
      iter.advance(10);
      iter.revert(0);
      iter.truncate(0);
      iter.reexpand(0);
      assertThat(iter.position()).isZero();
    }
  }

  @Test
  void advanceStopsAtTheEndAndComesToStandAtTheNextRun() {
    IovIter iter = IovIter.source(heap(3), heap(0), heap(4));
    iter.advance(3);
    assertThat(iter.single()).as("the next run, not the end of the last").isEqualTo(4);
    iter.advance(100);
    assertThat(iter.count()).isZero();
    assertThat(iter.position()).isEqualTo(7);
  }

  @Test
  void r54_revertBeyondTheStartIsRefused() {
    for (IovIter iter :
        List.of(IovIter.source(heap(3), heap(4)), IovIter.target(heap(7)), IovIter.discard(7))) {
      iter.advance(5);
      iter.revert(2);
      assertThatThrownBy(() -> iter.revert(4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("revert(4)")
          .hasMessageContaining("3 bytes have gone");
      assertThat(iter.count()).as("nothing happened").isEqualTo(4);
      iter.revert(3);
      assertThat(iter.count()).isEqualTo(7);
      assertThatThrownBy(() -> iter.revert(1)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void truncateLowersAndReexpandRestores() {
    IovIter iter = IovIter.source(heap(10), heap(10));
    iter.truncate(100);
    assertThat(iter.count()).isEqualTo(20);
    iter.truncate(12);
    iter.advance(11);
    assertThat(iter.count()).isEqualTo(1);
    assertThat(iter.single()).isEqualTo(1);
    iter.reexpand(9);
    assertThat(iter.single()).isEqualTo(9);
    assertThatThrownBy(() -> iter.reexpand(10)).hasMessageContaining("9 bytes are there");
  }

  @Test
  void negativeLengthsAreRefused() {
    IovIter iter = IovIter.source(heap(10));
    assertThatThrownBy(() -> iter.advance(-1)).hasMessageContaining("advance(-1)");
    assertThatThrownBy(() -> iter.revert(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> iter.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> iter.reexpand(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> iter.walk(-1, (run, start, done, length) -> 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> IovIter.discard(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theWrongDirectionIsAnErrorAndCopiesNothing() {
    byte[] bytes = new byte[4];
    MemorySegment memory = MemorySegment.ofArray(bytes);
    Tally tally = new Tally();
    assertThatThrownBy(() -> Copy.into(IovIter.source(memory), heap(4), 0, 4, tally))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("SOURCE");
    assertThatThrownBy(() -> Copy.outOf(IovIter.target(memory), heap(4), 0, 4, tally))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Copy.outOf(IovIter.discard(4), heap(4), 0, 4, tally))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Copy.zeros(IovIter.source(memory), 4))
        .isInstanceOf(IllegalStateException.class);
    assertThat(tally.copiedUser()).isZero();
    assertThatThrownBy(() -> IovIter.target(memory.asReadOnly())).hasMessageContaining("read-only");
  }

  @Test
  void aStepThatStopsShortEndsTheWalkThere() {
    IovIter iter = IovIter.source(heap(10), heap(10));
    List<Long> shown = new ArrayList<>();
    long done =
        iter.walk(
            20,
            (run, start, before, length) -> {
              shown.add(length);
              return before + length > 13 ? 7 : 0;
            });
    assertThat(done).isEqualTo(13);
    assertThat(iter.position()).isEqualTo(13);
    assertThat(shown).containsExactly(10L, 10L);
    assertThatThrownBy(() -> iter.walk(1, (run, start, before, length) -> 2))
        .hasMessageContaining("left 2");
  }

  @Test
  void aStepThatThrowsLeavesThePositionAtItsRun() {
    IovIter iter = IovIter.source(heap(10), heap(10));
    assertThatThrownBy(
            () ->
                iter.walk(
                    20,
                    (run, start, before, length) -> {
                      if (before > 0) {
                        throw new IllegalStateException("second");
                      }
                      return 0;
                    }))
        .hasMessage("second");
    assertThat(iter.position()).isEqualTo(10);
  }

  @Test
  void discardCountsAndCopiesNothing() {
    DiscardIter iter = IovIter.discard(1L << 40);
    Tally tally = new Tally();
    assertThat(Copy.into(iter, heap(100), 0, 100, tally)).isEqualTo(100);
    assertThat(Copy.zeros(iter, 100)).isEqualTo(100);
    assertThat(Copy.between(IovIter.source(heap(50)), iter, 100, tally)).isEqualTo(50);
    assertThat(tally.copiedUser()).isZero();
    assertThat(iter.position()).isEqualTo(250);
  }

  @Test
  void callersMemoryOfEachKind() {
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer heap = ByteBuffer.allocate(30).position(3).limit(10);
      ByteBuffer direct = ByteBuffer.allocateDirect(30).position(5).limit(25);
      IovIter target =
          IovIter.target(
              MemorySegment.ofBuffer(heap), MemorySegment.ofBuffer(direct), arena.allocate(13));
      Tally tally = new Tally();
      byte[] bytes = Pattern.bytes(0, 40);
      assertThat(Copy.into(target, MemorySegment.ofArray(bytes), 0, 40, tally)).isEqualTo(40);
      assertThat(heap.get(3)).isEqualTo(Pattern.at(0));
      assertThat(direct.get(5)).isEqualTo(Pattern.at(7));
      assertThat(direct.get(24)).isEqualTo(Pattern.at(26));
      assertThat(heap.array()[10]).as("beyond the limit").isZero();
    }
  }

  @Test
  void aFreedArenaIsAnErrorNotACrash() {
    Arena arena = Arena.ofConfined();
    IovIter source = IovIter.source(arena.allocate(10));
    arena.close();
    assertThatThrownBy(() -> Copy.outOf(source, heap(10), 0, 10, new Tally()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pagesAreFilledAndRead() throws IOException {
    try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0));
        PageRef one = pool.take(4096, FolioClass.RING);
        PageRef two = pool.take(4096, FolioClass.RING)) {
      Tally tally = new Tally();
      byte[] bytes = Pattern.bytes(0, 6000);
      BvecIter target = IovIter.target(List.of(one, two));
      assertThat(Copy.into(target, MemorySegment.ofArray(bytes), 0, 6000, tally)).isEqualTo(6000);
      assertThat(Copy.zeros(target, 9999)).isEqualTo(8192 - 6000);
      one.publish(4096);
      two.publish(4096);
      assertThatThrownBy(() -> IovIter.target(List.of(one))).hasMessageContaining("writable");
      byte[] out = new byte[6000];
      BvecIter source = IovIter.source(List.of(one, two));
      assertThat(Copy.outOf(source, MemorySegment.ofArray(out), 0, 6000, tally)).isEqualTo(6000);
      assertThat(out).isEqualTo(bytes);
      assertThat(tally.copiedUser()).isEqualTo(12_000);
    }
  }

  @Test
  void gatherFillsEntriesAndMovesNothing() throws IOException {
    try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0));
        PageRef one = pool.take(4096, FolioClass.RING);
        PageRef two = pool.take(4096, FolioClass.RING);
        Scratch iov = new Scratch(4 * Iovec.SIZE)) {
      one.publish(100);
      two.publish(200);
      PageRef empty = two.lend(0, 0);
      BvecIter iter = IovIter.source(List.of(one, empty, two));
      iter.advance(30);
      assertThat(iter.gather(iov.address(), 4, 1000)).as("the empty one is left out").isEqualTo(2);
      assertThat(Iovec.base(iov.address(), 0)).isEqualTo(one.address() + 30);
      assertThat(Iovec.length(iov.address(), 0)).isEqualTo(70);
      assertThat(Iovec.base(iov.address(), 1)).isEqualTo(two.address());
      assertThat(Iovec.length(iov.address(), 1)).isEqualTo(200);
      assertThat(iter.gather(iov.address(), 1, 1000)).isEqualTo(1);
      assertThat(iter.gather(iov.address(), 4, 71)).isEqualTo(2);
      assertThat(Iovec.length(iov.address(), 1)).isEqualTo(1);
      assertThat(iter.gather(iov.address(), 4, 0)).isZero();
      iter.truncate(10);
      assertThat(iter.gather(iov.address(), 4, 1000)).isEqualTo(1);
      assertThat(Iovec.length(iov.address(), 0)).isEqualTo(10);
      assertThat(iter.position()).isEqualTo(30);
      empty.close();
    }
  }
}
