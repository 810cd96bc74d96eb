package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// Others who write the file while it is read, as far as the cache sees them: by stamps, and by
/// what the reading says at its end.
class StrangersTest {
  private static final int SIZE = 3 * Run.SIZE + 100;

  private static byte[] version(int number) {
    return Pattern.bytes(number * 1_000L, SIZE);
  }

  @Test
  void whatAStrangerChangesWhileItIsReadIsReadAgain() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, version(0))) {
      AtomicInteger reads = new AtomicInteger();
      room.backing.afterReading =
          () -> {
            if (reads.incrementAndGet() == 1) {
              room.backing.become(version(1));
            }
          };
      assertThat(room.read(0, SIZE)).isEqualTo(version(1));
      assertThat(reads).hasValue(2);
      assertThat(room.map.age()).isEqualTo(1);
      assertThat(room.map.isProven()).as("nobody kept him out").isFalse();
    }
  }

  @Test
  void oneCallCopiesOneStateThoughItTakesSeveralReads() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, version(0))) {
      AtomicInteger reads = new AtomicInteger();
      room.backing.readable = asked -> Math.min(asked, Run.SIZE);
      assertThat(room.read(0, 10)).isEqualTo(Pattern.bytes(0, 10));
      // The first run is there; the second one is the stranger's.
      room.backing.whileReading =
          () -> {
            if (reads.incrementAndGet() == 1) {
              room.backing.become(version(2));
            }
          };
      assertThat(room.read(0, SIZE)).isEqualTo(version(2));
      assertThat(room.map.age()).isEqualTo(1);
    }
  }

  @Test
  void whoNeverStopsWritingKeepsNobodyWaiting() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, version(0))) {
      AtomicInteger reads = new AtomicInteger();
      room.backing.readingEnds = () -> true;
      room.backing.afterReading = () -> room.backing.become(version(reads.incrementAndGet() % 50));
      assertThat(room.read(0, SIZE)).hasSize(SIZE);
      assertThat(reads.get()).isBetween(2, 20);
      assertThat(room.map.isProven()).isFalse();
      room.backing.afterReading = null;
      assertThat(room.map.revalidate(room.backing)).isTrue();
      assertThat(room.read(0, SIZE)).isEqualTo(room.backing.bytes());
      assertThat(room.map.isProven()).as("all was dropped and read again").isTrue();
    }
  }

  @Test
  void provenIsWhatWasReadWithinAReadingThatHeld() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, version(0))) {
      AtomicInteger ends = new AtomicInteger();
      room.backing.readingEnds =
          () -> {
            ends.incrementAndGet();
            return true;
          };
      assertThat(room.read(0, 10)).isEqualTo(Pattern.bytes(0, 10));
      assertThat(room.map.isProven()).isTrue();
      assertThat(ends).hasValueGreaterThan(0);
      room.backing.readingEnds = () -> false;
      assertThat(room.read(2 * Run.SIZE, 10)).isEqualTo(Pattern.bytes(2 * Run.SIZE, 10));
      assertThat(room.map.isProven()).isFalse();
      assertThat(room.map.age()).isZero();
    }
  }

  @Test
  void aReadingEndsThoughTheReadFails() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, version(0))) {
      AtomicInteger ends = new AtomicInteger();
      room.backing.readingEnds =
          () -> {
            ends.incrementAndGet();
            return true;
          };
      room.backing.readsUntilFailure = 0;
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> room.read(0, 10))
          .hasMessageContaining("EIO");
      assertThat(ends).hasValueGreaterThan(0);
      assertThat(room.read(0, 10)).isEqualTo(Pattern.bytes(0, 10));
    }
  }

  @Test
  void writesOfOurOwnAreNoStrangersAndNothingIsProvenBesideThem() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, version(0))) {
      room.backing.readingEnds = () -> true;
      room.write(0, Pattern.bytes(7, 10));
      assertThat(room.read(2 * Run.SIZE, 10)).isEqualTo(Pattern.bytes(2 * Run.SIZE, 10));
      assertThat(room.read(0, 10)).isEqualTo(Pattern.bytes(7, 10));
      assertThat(room.map.age()).isZero();
      assertThat(room.map.isProven()).isFalse();
    }
  }

  @Test
  void loansKeepWhatTheyHaveWhenAStrangerIsFound() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, version(0))) {
      java.util.List<PageRef> lent = room.lend(0, 100);
      room.backing.become(version(3));
      assertThat(room.read(2 * Run.SIZE, 10)).isEqualTo(Pattern.bytes(3_000 + 2 * Run.SIZE, 10));
      assertThat(room.map.age()).isEqualTo(1);
      assertThat(CacheRoom.bytes(lent)).isEqualTo(Pattern.bytes(0, 100));
      assertThat(room.read(0, 10)).isEqualTo(Pattern.bytes(3_000, 10));
      CacheRoom.release(lent);
    }
  }
}
