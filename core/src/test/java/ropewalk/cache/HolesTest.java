package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// Holes of sparse files: runs of zeros that take no memory and no read, until somebody writes.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HolesTest {
  private static final int RUN = Run.SIZE;

  /// A hole of four runs, one of data, a hole of two and a bit.
  private static byte[] sparse() {
    byte[] content = new byte[7 * RUN + 100];
    System.arraycopy(Pattern.bytes(4 * RUN, RUN), 0, content, 4 * RUN, RUN);
    return content;
  }

  private static CacheRoom room(byte[] content) throws Exception {
    CacheRoom room = new CacheRoom(64 * RUN, content);
    room.backing.isSparse = true;
    return room;
  }

  @Test
  @DisplayName("R-11: a hole is lent as zeros of its own length, without memory, read or copy")
  void holesTakeNothing() throws Exception {
    try (CacheRoom room = room(sparse())) {
      List<PageRef> lent = room.lend(5 * RUN, 3 * RUN);
      assertThat(lent).extracting(PageRef::length).containsExactly(RUN, RUN, 100);
      assertThat(lent).allMatch(ref -> ref.folio().isZero());
      assertThat(CacheRoom.bytes(lent)).containsOnly(0);
      assertThat(room.backing.reads).isZero();
      assertThat(room.tally.copiedKernel()).isZero();
      assertThat(room.cache.stats().bytes()).isLessThan(3 * 4096);
      assertThat(room.cache.stats().runs()).isEqualTo(3);
      CacheRoom.release(lent);
    }
  }

  @Test
  void oneMissFillsHolesAndDataWithOneReadForTheData() throws Exception {
    try (CacheRoom room = room(sparse())) {
      assertThat(room.read(0, 8 * RUN)).isEqualTo(sparse());
      assertThat(room.backing.reads).isEqualTo(1);
      assertThat(room.cache.holes.sum()).isEqualTo(7);
    }
  }

  @Test
  @DisplayName("R-11: a write into a hole makes a version; zeros that are on loan stay zeros")
  void aWriteIntoAHoleVersions() throws Exception {
    try (CacheRoom room = room(sparse())) {
      List<PageRef> zeros = room.lend(0, RUN);
      room.write(100, Pattern.bytes(7, 50));
      byte[] expected = new byte[RUN];
      System.arraycopy(Pattern.bytes(7, 50), 0, expected, 100, 50);
      assertThat(room.read(0, RUN)).isEqualTo(expected);
      assertThat(CacheRoom.bytes(zeros)).containsOnly(0);
      assertThat(room.tally.copiedUser()).as("zeros are not copied but made").isEqualTo(50);
      assertThat(room.read(RUN, RUN)).containsOnly(0);
      room.write(7 * RUN + 90, Pattern.bytes(7, 50));
      assertThat(room.read(7 * RUN, 140)).startsWith(new byte[90]).hasSize(140);
      CacheRoom.release(zeros);
    }
  }

  @Test
  @DisplayName("R-09: zeros too end where the file ends now, not where it ended")
  void aHoleThatWasCutOffIsNoHole() throws Exception {
    try (CacheRoom room = room(sparse())) {
      room.write(0, new byte[] {0}); // from now on no stamp tells us of strangers
      byte[] shorter = new byte[5 * RUN + 10];
      System.arraycopy(sparse(), 0, shorter, 0, shorter.length);
      room.backing.become(shorter);
      List<PageRef> lent = room.lend(5 * RUN, 3 * RUN);
      assertThat(lent).extracting(PageRef::length).containsExactly(10);
      assertThat(room.map.size()).isEqualTo(shorter.length);
      CacheRoom.release(lent);
      assertThat(room.lend(6 * RUN, 1)).isEmpty();
    }
  }

  @Test
  void aHoleOfATebibyteIsBounded() throws Exception {
    try (CacheRoom room = new CacheRoom(2 * RUN, new byte[0])) {
      Backing hole = new Nothing(1L << 40);
      Holder holder = room.cache.open(hole, hole.stamp(), Writing.THROUGH, false);
      Readahead ahead = new Readahead();
      for (long at = 0; at < 2000L * RUN; at += RUN) {
        List<PageRef> lent = new ArrayList<>();
        holder.map().lend(hole, at, RUN, ahead, null, room.tally, lent::add);
        assertThat(lent).hasSize(1);
        CacheRoom.release(lent);
      }
      assertThat(room.cache.stats().runs()).isBetween(400L, 2L * RUN / Run.BARE);
      room.cache.release(holder);
    }
  }

  /// A file of nothing but a hole.
  private record Nothing(long size) implements Backing {
    @Override
    public long preadv(long iov, int count, long offset) {
      throw new AssertionError("read at " + offset);
    }

    @Override
    public long pwritev(long iov, int count, long offset) {
      throw new AssertionError("written at " + offset);
    }

    @Override
    public void truncate(long newSize) {
      throw new AssertionError("truncated to " + newSize);
    }

    @Override
    public void sync(boolean isDataOnly) {}

    @Override
    public long nextData(long offset) {
      return Long.MAX_VALUE;
    }

    @Override
    public Stamp stamp() {
      return new Stamp(9, 9, size, 0, 0);
    }
  }
}
