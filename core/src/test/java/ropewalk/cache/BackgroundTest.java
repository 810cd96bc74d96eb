package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.testkit.Pattern;

/// What is written back without being asked for, and what happens when it is too much.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackgroundTest {
  private static final int RUNS = 16;
  private static final Duration HOUR = Duration.ofHours(1);

  private static CacheRoom room(long background, long hard, Duration age) throws Exception {
    WritebackLimits limits = new WritebackLimits(background * Run.SIZE, hard * Run.SIZE, age);
    return new CacheRoom(4 << 20, 8 << 20, new byte[RUNS * Run.SIZE], limits, Writing.BACK);
  }

  private static void untilWritten(CacheRoom room) throws InterruptedException {
    while (room.cache.stats().unwritten() > 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void whatIsOldIsWrittenAndTheThreadEndsAndComesBack() throws Exception {
    try (CacheRoom room = room(RUNS, RUNS, Duration.ofMillis(20))) {
      for (int i = 0; i < 2; i++) {
        room.write(0, Pattern.bytes(i, 1000));
        untilWritten(room);
        assertThat(java.util.Arrays.copyOf(room.backing.bytes(), 1000))
            .isEqualTo(Pattern.bytes(i, 1000));
        while (room.cache.background.isRunning()) {
          Thread.sleep(1);
        }
      }
      assertThat(room.cache.stats().stalls()).isZero();
    }
  }

  @Test
  void whatIsYoungWaits() throws Exception {
    try (CacheRoom room = room(RUNS, RUNS, HOUR)) {
      room.write(0, Pattern.bytes(0, 1000));
      assertThat(room.cache.background.isRunning()).isTrue();
      assertThat(room.map.syncing.tryWriteBack(0, HOUR.toNanos())).isEqualTo(-1);
      assertThat(room.backing.writes).isZero();
    }
  }

  @Test
  void beyondTheFirstLimitTheBackgroundWritesAll() throws Exception {
    try (CacheRoom room = room(4, RUNS, HOUR)) {
      room.write(0, Pattern.bytes(0, 3 * Run.SIZE));
      assertThat(room.backing.writes).isZero();
      room.write(3 * Run.SIZE, Pattern.bytes(3 * Run.SIZE, 3 * Run.SIZE));
      while (room.cache.stats().unwritten() > 4 * Run.SIZE) {
        Thread.sleep(1);
      }
      assertThat(room.cache.stats().stalls()).isZero();
    }
  }

  @Test
  void beyondTheSecondLimitWhoWritesWritesBackFirst() throws Exception {
    try (CacheRoom room = room(4, 4, HOUR)) {
      for (int i = 0; i < RUNS; i++) {
        room.write((long) i * Run.SIZE, Pattern.bytes((long) i * Run.SIZE, Run.SIZE));
        assertThat(room.cache.stats().unwritten()).isLessThanOrEqualTo(4 * Run.SIZE);
      }
      Pattern.verify(room.read(0, RUNS * Run.SIZE), 0);
      room.map.flush(room.holder);
      Pattern.verify(room.backing.bytes(), 0);
    }
  }

  @Test
  void whatCanNeitherWaitNorBeWrittenIsTheWritersOwnError() throws Exception {
    try (CacheRoom room = room(2, 2, HOUR)) {
      room.backing.isFull = true;
      room.write(0, Pattern.bytes(0, 2 * Run.SIZE));
      assertThatThrownBy(() -> room.write(2 * Run.SIZE, new byte[Run.SIZE]))
          .hasMessageContaining("ENOSPC");
      assertThat(room.cache.stats().stalls()).isPositive();
      room.backing.isFull = false;
      assertThatThrownBy(() -> room.map.flush(room.holder)).hasMessageContaining("ENOSPC");
      Pattern.verify(java.util.Arrays.copyOf(room.backing.bytes(), 2 * Run.SIZE), 0);
    }
  }

  @Test
  void aCacheOfOneRunWritesThrough() throws Exception {
    try (CacheRoom room =
        new CacheRoom(Run.SIZE, 8 << 20, new byte[0], WritebackLimits.of(Run.SIZE), Writing.BACK)) {
      room.write(0, Pattern.bytes(0, 3 * Run.SIZE));
      Pattern.verify(room.backing.bytes(), 0);
      assertThat(room.backing.bytes()).hasSize(3 * Run.SIZE);
    }
  }

  @Test
  void evictionHasDirtyRunsWrittenFirst() throws Exception {
    WritebackLimits limits = new WritebackLimits(4 * Run.SIZE, 4 * Run.SIZE, HOUR);
    try (CacheRoom room =
        new CacheRoom(4 * Run.SIZE, 8 << 20, new byte[RUNS * Run.SIZE], limits, Writing.BACK)) {
      room.write(0, Pattern.bytes(7, 2 * Run.SIZE));
      for (int i = 2; i < RUNS; i++) {
        room.read((long) i * Run.SIZE, Run.SIZE);
      }
      while (room.cache.stats().unwritten() > 0) {
        room.read((long) (RUNS - 1) * Run.SIZE, Run.SIZE);
        room.cache.trim();
        Thread.sleep(1);
      }
      Pattern.verify(room.read(0, 2 * Run.SIZE), 7);
      assertThat(room.cache.stats().bytes()).isLessThanOrEqualTo(4 * Run.SIZE);
    }
  }

  @Test
  void aStalledWriterRelievesOtherFilesToo() throws Exception {
    try (CacheRoom room = room(2, 2, HOUR)) {
      ArrayBacking other = new ArrayBacking();
      Holder busy = room.cache.open(other, new Stamp(9, 9, 0, 0, 0), Writing.BACK, true);
      room.write(busy, 0, Pattern.bytes(0, 2 * Run.SIZE));
      room.write(0, Pattern.bytes(0, 100));
      Pattern.verify(other.bytes(), 0);
      // Not through: at most the background, which the limit has woken, has been at it as well.
      assertThat(room.backing.writes).isLessThanOrEqualTo(1);
      room.map.flush(room.holder);
      room.cache.release(busy);
    }
  }

  @Test
  void theLimitsAreInOrder() {
    assertThatThrownBy(() -> new WritebackLimits(2, 1, HOUR)).hasMessageContaining("hardBytes=1");
    assertThatThrownBy(() -> new WritebackLimits(1, 2, Duration.ZERO)).hasMessageContaining("PT0S");
    assertThat(WritebackLimits.of(1000).hardBytes()).isEqualTo(200);
  }
}
