package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.FragCache;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// memdup: caller memory becomes a piece of a page, copied once and counted.
final class FragmentsTest {

  private static FolioPool open() throws IOException {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 2 << 20));
  }

  private static MemorySegment text(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String text(PageRef piece) {
    return new String(piece.bytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
  }

  @Test
  void aPublishedCopyThatLaterWritesDoNotReach() throws IOException {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.RING)) {
      Tally tally = new Tally();
      MemorySegment header = text("HTTP/1.1 200 OK\r\n");
      try (PageRef piece = Fragments.memdup(cache, header, tally)) {
        header.fill((byte) 'x');
        assertThat(text(piece)).isEqualTo("HTTP/1.1 200 OK\r\n");
        assertThat(piece.isWritable()).isFalse();
        assertThat(tally.copiedUser()).isEqualTo(header.byteSize());
        piece.lend(0, piece.length()).close();
      }
    }
  }

  @Test
  void partsOfAllKindsOfCallerMemoryStandOneBehindTheOther() throws IOException {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.GIFT);
        Arena arena = Arena.ofConfined()) {
      Tally tally = new Tally();
      ByteBuffer direct =
          ByteBuffer.allocateDirect(3).put(0, "def".getBytes(StandardCharsets.US_ASCII));
      try (PageRef piece =
          Fragments.memdup(
              cache,
              tally,
              text("abc"),
              text(""),
              text(""),
              MemorySegment.ofBuffer(direct),
              arena.allocateFrom("ghi", StandardCharsets.US_ASCII).asSlice(0, 3))) {
        assertThat(text(piece)).isEqualTo("abcdefghi");
        assertThat(tally.copiedUser()).isEqualTo(9);
      }
    }
  }

  @Test
  void nothingAndTooMuchAreErrors() throws IOException {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.RING)) {
      Tally tally = new Tally();
      MemorySegment large = MemorySegment.ofArray(new byte[cache.max() + 1]);
      assertThatThrownBy(() -> Fragments.memdup(cache, large, tally))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("memdup of " + large.byteSize() + " bytes");
      assertThatThrownBy(() -> Fragments.memdup(cache, text(""), tally))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Fragments.memdup(cache, tally))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Fragments.memdup(cache, tally, large, large))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(tally.copiedUser()).isZero();
    }
  }

  @Test
  void aClosedArenaLeavesNoPieceBehind() throws IOException {
    try (FolioPool pool = open()) {
      Tally tally = new Tally();
      try (FragCache cache = FragCache.open(pool, FolioClass.RING)) {
        Arena arena = Arena.ofConfined();
        MemorySegment gone = arena.allocate(8);
        arena.close();
        assertThatThrownBy(() -> Fragments.memdup(cache, gone, tally))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Fragments.memdup(cache, tally, text("abc"), gone))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThat(pool.complaints()).isEmpty();
      assertThat(tally.copiedUser()).as("only what was copied counts").isEqualTo(3);
    }
  }
}
