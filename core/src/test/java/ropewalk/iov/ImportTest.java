package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.testkit.Pattern;

/// Vectors from outside and their limits: contract 2.3.13.
final class ImportTest {

  /// MAX_RW_COUNT.
  private static final long MOST = 0x7fff_f000L;

  /// Reserved, never touched: so large that no test fills it.
  private static final long HUGE = 3L << 30;

  @Test
  void noSegmentIsNothingAndOneIsPlain() {
    IovIter none = IovIter.importing(Direction.SOURCE, new MemorySegment[0]);
    assertThat(none.count()).isZero();
    assertThat(none.single()).isZero();
    assertThat(IovIter.importing(Direction.SOURCE, heap(1)).shape()).isEqualTo(Shape.UBUF);
    assertThat(IovIter.importing(Direction.SOURCE, heap(1), heap(1)).shape())
        .isEqualTo(Shape.IOVEC);
  }

  @Test
  void aThousandAndTwentyFourSegmentsAndNoMore() {
    MemorySegment[] many = new MemorySegment[1024];
    Arrays.fill(many, heap(2));
    assertThat(IovIter.importing(Direction.TARGET, many).count()).isEqualTo(2048);
    MemorySegment[] more = Arrays.copyOf(many, 1025);
    more[1024] = heap(0);
    assertThatThrownBy(() -> IovIter.importing(Direction.TARGET, more))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1025");
    assertThatThrownBy(() -> IovIter.importing(Direction.SOURCE, new ByteBuffer[1025]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("the total is silently shortened, and what is behind has no length")
  void theTotalIsCapped() {
    MemorySegment huge = Memory.segment(4096, HUGE); // an address that nobody looks at
    assertThat(IovIter.importing(Direction.SOURCE, huge).count()).isEqualTo(MOST);
    IovIter two = IovIter.importing(Direction.SOURCE, heap(10), huge, heap(10));
    assertThat(two.count()).isEqualTo(MOST);
    assertThat(two.single()).isEqualTo(10);
    two.advance(10);
    assertThat(two.single()).isEqualTo(MOST - 10);
    two.advance(MOST);
    assertThat(two.count()).isZero();
    assertThat(two.single()).isZero();
    assertThatThrownBy(() -> two.reexpand(1)).hasMessageContaining("beyond the end");
    assertThat(IovIter.importing(Direction.SOURCE, huge, huge).count()).isEqualTo(MOST);
  }

  @Test
  @DisplayName("a sum beyond 2^63 is an error, and never a small number")
  void noSumOverflows() {
    assertThatThrownBy(() -> IovIter.source(Memory.ALL, Memory.ALL))
        .isInstanceOf(ArithmeticException.class);
    assertThat(IovIter.importing(Direction.SOURCE, Memory.ALL, Memory.ALL).count()).isEqualTo(MOST);
  }

  @Test
  void buffersGiveWhatRemainsInThem() {
    ByteBuffer one = ByteBuffer.wrap(Pattern.bytes(0, 10)).position(3).limit(7);
    ByteBuffer two = ByteBuffer.allocateDirect(20).position(20);
    IovIter iter = IovIter.importing(Direction.SOURCE, one, two);
    assertThat(iter.count()).isEqualTo(4);
    byte[] out = new byte[4];
    assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 9, new Tally())).isEqualTo(4);
    Pattern.verify(out, 3);
    assertThat(one.position()).as("positions don't move").isEqualTo(3);
    assertThatThrownBy(
            () -> IovIter.importing(Direction.TARGET, ByteBuffer.allocate(4).asReadOnlyBuffer()))
        .hasMessageContaining("read-only");
  }

  @Test
  @DisplayName("struct iovec: a negative length, a wild address and too many entries are errors")
  void nativeVectors() {
    try (Arena arena = Arena.ofConfined();
        Scratch iov = new Scratch(8 * Iovec.SIZE)) {
      MemorySegment memory = arena.allocate(100);
      Pattern.fill(memory, 0);
      Iovec.set(iov.address(), 0, memory.address(), 40);
      Iovec.set(iov.address(), 1, 0, 0); // no length, no address
      Iovec.set(iov.address(), 2, memory.address() + 40, 60);
      IovIter iter = Imports.vector(Direction.SOURCE, iov.address(), 3);
      Iovec.set(iov.address(), 2, 1, 1); // the caller's array is the caller's
      byte[] out = new byte[100];
      assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 100, new Tally())).isEqualTo(100);
      Pattern.verify(out, 0);
      for (long bad : new long[] {-1, Long.MIN_VALUE}) {
        Iovec.set(iov.address(), 1, memory.address(), bad);
        assertThatThrownBy(() -> Imports.vector(Direction.SOURCE, iov.address(), 3))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("entry 1");
      }
      for (long wild : new long[] {-4096, 1L << 47, (1L << 47) - 1, 0}) {
        Iovec.set(iov.address(), 1, wild, 8);
        assertThatThrownBy(() -> Imports.vector(Direction.SOURCE, iov.address(), 3))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("no process");
      }
      assertThatThrownBy(() -> Imports.vector(Direction.SOURCE, iov.address(), -1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Imports.vector(Direction.SOURCE, iov.address(), 1025))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(Imports.vector(Direction.SOURCE, iov.address(), 0).count()).isZero();
    }
  }

  @Test
  @DisplayName("2.3.17: the iterator and its twin keep an array of their own")
  void theCallersArrayIsTheCallers() {
    MemorySegment[] mine = {heap(3), heap(4)};
    Pattern.fill(mine[0], 0);
    Pattern.fill(mine[1], 3);
    IovIter iter = IovIter.source(mine);
    IovIter imported = IovIter.importing(Direction.SOURCE, mine);
    IovIter twin = iter.dup();
    mine[0] = heap(0);
    mine[1] = heap(1);
    for (IovIter one : new IovIter[] {iter, imported, twin}) {
      byte[] out = new byte[7];
      assertThat(Copy.outOf(one, MemorySegment.ofArray(out), 0, 7, new Tally())).isEqualTo(7);
      Pattern.verify(out, 0);
    }
  }

  private static MemorySegment heap(int length) {
    return MemorySegment.ofArray(new byte[length]);
  }
}
