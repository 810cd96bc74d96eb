package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// A file that grows in its last page (contract R-21): the bytes are put behind the old ones in
/// place only where the page is nobody else's and was ours from the start.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GrowthTest {
  private static final int SHORT = 1000;

  private static byte[] memory(long address, int length) {
    return Memory.segment(address, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static void append(CacheRoom room, Holder holder, byte[] bytes) throws Exception {
    IovIter source = IovIter.source(MemorySegment.ofArray(bytes));
    room.map.write(holder, room.map.size(), source, room.tally);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R-21: nothing is appended behind bytes that are on loan")
  void aLentPageDoesNotGrow(Writing writing) throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, Pattern.bytes(0, SHORT))) {
      Holder holder = room.open(writing);
      List<PageRef> lent = room.lend(0, SHORT);
      long address = lent.getFirst().address();
      byte[] before = memory(address, 4096);
      append(room, holder, Pattern.bytes(SHORT, 500));
      assertThat(memory(address, 4096)).as("the whole page, lent or not").isEqualTo(before);
      Pattern.verify(room.read(0, 2000), 0);
      assertThat(room.map.size()).isEqualTo(SHORT + 500);
      CacheRoom.release(lent);
      List<PageRef> now = room.lend(0, 1);
      long grown = now.getFirst().address();
      CacheRoom.release(now);
      append(room, holder, Pattern.bytes(SHORT + 500, 500));
      now = room.lend(0, 1);
      assertThat(now.getFirst().address()).as("alone, it grows in place").isEqualTo(grown);
      CacheRoom.release(now);
      Pattern.verify(room.read(0, 4096), 0);
      room.map.close(holder);
      room.cache.release(holder);
    }
  }

  @Test
  @DisplayName("R-21: nothing is appended to the rest of a folio that came by reference")
  void aStolenPageDoesNotGrow() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, new byte[0])) {
      room.backing.offerMax = Run.SIZE;
      PageRef whole = room.pool.take(4096, FolioClass.GIFT);
      Pattern.fill(whole.target(), 0);
      whole.publish(SHORT);
      long address = whole.address();
      room.map.write(room.holder, 0, PipeSourceIter.gift(whole), room.tally);
      assertThat(room.tally.stolen()).isEqualTo(SHORT);
      try (PageRef keeper = room.lend(0, SHORT).getFirst()) {
        append(room, room.holder, new byte[500]);
        Pattern.verify(memory(address, 4096), 0);
        Pattern.verify(keeper.bytes(), 0);
      }
      assertThat(room.read(SHORT, 1000)).hasSize(500).containsOnly(0);
      append(room, room.holder, Pattern.bytes(SHORT + 500, 500));
      assertThat(room.read(SHORT, 500)).as("and not what lay there").containsOnly(0);
    }
  }
}
