package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// Memory that has gone bad under a cached run: nobody is shown it again, and since the file has
/// the bytes (writes go through), it is read anew into other memory.
class PoisonTest {
  private static final int SIZE = 3 * Run.SIZE;

  @Test
  @DisplayName("R-13: a cached run with a bad page is read again, not lent and not copied from")
  void aBadRunIsReadAgain() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, Pattern.bytes(0, SIZE))) {
      List<PageRef> lent = room.lend(0, SIZE);
      PageRef second = lent.get(1);
      second.folio().poison();
      ropewalk.linux.Memory.segment(second.address(), 100).fill((byte) 0x66);
      List<PageRef> again = room.lend(Run.SIZE, Run.SIZE);
      Pattern.verify(CacheRoom.bytes(again), Run.SIZE);
      assertThat(again.getFirst().folio()).isNotSameAs(second.folio());
      assertThat(room.tally.copiedUser()).as("read anew, not copied").isZero();
      Pattern.verify(room.read(0, SIZE), 0);
      CacheRoom.release(again);
      CacheRoom.release(lent);
      assertThat(room.pool.stats().quarantined()).isEqualTo(Run.SIZE);
    }
  }

  @Test
  @DisplayName("R-13: a read does not look at a bad page either")
  void aReadDoesNotLookAtIt() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, Pattern.bytes(0, SIZE))) {
      List<PageRef> lent = room.lend(0, 100);
      PageRef first = lent.getFirst();
      first.folio().poison();
      ropewalk.linux.Memory.segment(first.address(), 100).fill((byte) 0x66);
      CacheRoom.release(lent);
      Pattern.verify(room.read(0, SIZE), 0);
    }
  }

  @Test
  @DisplayName("R-13: a write keeps nothing of a bad page")
  void aWriteKeepsNothingOfIt() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, Pattern.bytes(0, SIZE))) {
      List<PageRef> lent = room.lend(0, 100);
      PageRef first = lent.getFirst();
      first.folio().poison();
      ropewalk.linux.Memory.segment(first.address(), 100).fill((byte) 0x66);
      CacheRoom.release(lent);
      assertThat(room.write(1_000, Pattern.bytes(5_000, 10))).isEqualTo(10);
      byte[] expected = Pattern.bytes(0, SIZE);
      System.arraycopy(Pattern.bytes(5_000, 10), 0, expected, 1_000, 10);
      assertThat(room.read(0, SIZE)).isEqualTo(expected);
    }
  }
}
