package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// Where bytes are between a write and its writeback, one by one: who waits, what stays, what is
/// written.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WritebackTest {
  private static final int SIZE = 3 * Run.SIZE + 100;

  @Test
  void aWriteEndsInTheCacheAndAFlushWritesNeighboursByOneCall() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      assertThat(room.write(0, Pattern.bytes(7, SIZE))).isEqualTo(SIZE);
      assertThat(room.backing.writes).isZero();
      assertThat(room.tally.copiedKernel()).isZero();
      assertThat(room.map.size()).isEqualTo(SIZE);
      assertThat(room.cache.stats().unwritten()).isEqualTo(3 * Run.SIZE + 4096);
      Pattern.verify(room.read(0, SIZE), 7);

      room.map.flush(room.holder);
      Pattern.verify(room.backing.bytes(), 7);
      assertThat(room.backing.bytes()).hasSize(SIZE);
      assertThat(room.backing.writes).isEqualTo(1);
      assertThat(room.cache.stats().unwritten()).isZero();
      assertThat(room.cache.stats().writtenBack()).isEqualTo(SIZE);
      room.map.flush(room.holder);
      assertThat(room.backing.writes).isEqualTo(1);
    }
  }

  @Test
  void onlyWhatIsDirtyIsWritten() throws Exception {
    byte[] content = Pattern.bytes(0, SIZE);
    try (CacheRoom room = CacheRoom.back(content)) {
      room.write(Run.SIZE + 10, Pattern.bytes(99, 20));
      room.backing.become(new byte[SIZE]);
      room.map.flush(room.holder);
      byte[] expected = new byte[SIZE];
      System.arraycopy(Pattern.bytes(99, 20), 0, expected, Run.SIZE + 10, 20);
      assertThat(room.backing.bytes()).isEqualTo(expected);
    }
  }

  @Test
  void aRangeIsFlushedByRuns() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[SIZE])) {
      room.write(0, Pattern.bytes(0, SIZE));
      room.map.flush(room.holder, Run.SIZE + 5, 1);
      byte[] expected = new byte[SIZE];
      System.arraycopy(Pattern.bytes(Run.SIZE, Run.SIZE), 0, expected, Run.SIZE, Run.SIZE);
      assertThat(room.backing.bytes()).isEqualTo(expected);
      room.map.flush(room.holder, 0, Long.MAX_VALUE);
      Pattern.verify(room.backing.bytes(), 0);
    }
  }

  @Test
  void shortWritesAreContinued() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.backing.writable = asked -> Math.min(asked, 10_007);
      room.write(50, Pattern.bytes(50, SIZE));
      room.map.flush(room.holder);
      Pattern.verify(Arrays.copyOfRange(room.backing.bytes(), 50, 50 + SIZE), 50);
    }
  }

  @Test
  void invariant4_whatIsBeingWrittenStandsStillAndAWriteBesideItWaitsForNobody() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[Run.SIZE])) {
      room.write(0, Pattern.bytes(7, Run.SIZE));
      AtomicBoolean isFirst = new AtomicBoolean(true);
      room.backing.whileWriting =
          () -> {
            if (isFirst.getAndSet(false)) {
              write(room, 5, Pattern.bytes(99, 10));
            }
          };
      room.map.flush(room.holder);
      Pattern.verify(room.backing.bytes(), 7);
      assertThat(room.cache.stats().versions()).isEqualTo(1);
      assertThat(room.cache.stats().unwritten()).isEqualTo(Run.SIZE);
      Pattern.verify(room.read(5, 10), 99);

      room.map.flush(room.holder);
      Pattern.verify(Arrays.copyOfRange(room.backing.bytes(), 5, 15), 99);
      assertThat(room.cache.stats().unwritten()).isZero();
    }
  }

  private static void write(CacheRoom room, long offset, byte[] bytes) {
    try {
      room.write(offset, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// A flush that is held in the middle of its first write.
  private static final class Held {
    final CountDownLatch isWriting = new CountDownLatch(1);
    final CountDownLatch goesOn = new CountDownLatch(1);
    final FutureTask<Boolean> flush;

    Held(CacheRoom room) throws InterruptedException {
      room.backing.whileWriting =
          () -> {
            room.backing.whileWriting = null;
            isWriting.countDown();
            try {
              goesOn.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          };
      flush =
          new FutureTask<>(
              () -> {
                room.map.flush(room.holder);
                return true;
              });
      Thread.ofVirtual().start(flush);
      isWriting.await();
    }

    void end() throws Exception {
      goesOn.countDown();
      assertThat(flush.get()).isTrue();
    }
  }

  @Test
  void aWriteThroughWaitsForTheWritebackOfItsRun() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[2 * Run.SIZE])) {
      Holder through = room.open(Writing.THROUGH);
      room.write(0, Pattern.bytes(7, 100));
      Held held = new Held(room);
      // Another run is nobody's business.
      assertThat(room.write(through, Run.SIZE, Pattern.bytes(1, 10))).isEqualTo(10);
      var writer = RunsTest.Waiting.on(() -> room.write(through, 0, Pattern.bytes(99, 50)));
      held.end();
      assertThat(writer.task().get()).isEqualTo(50);
      Pattern.verify(Arrays.copyOf(room.backing.bytes(), 50), 99);
      Pattern.verify(room.read(0, 50), 99);
      room.cache.release(through);
    }
  }

  @Test
  void aTruncateWaitsForTheWritebackOfWhatItTakesAway() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.write(0, Pattern.bytes(0, 2 * Run.SIZE));
      Held held = new Held(room);
      var truncate =
          RunsTest.Waiting.on(
              () -> {
                room.map.truncate(room.holder, 10);
                return true;
              });
      held.end();
      assertThat(truncate.task().get()).isTrue();
      assertThat(room.backing.bytes()).isEqualTo(Pattern.bytes(0, 10));
    }
  }

  @Test
  void aSecondFlushWaitsForTheFirst() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.write(0, Pattern.bytes(0, 10));
      Held held = new Held(room);
      var second =
          RunsTest.Waiting.on(
              () -> {
                room.map.flush(room.holder);
                return room.backing.bytes();
              });
      held.end();
      Pattern.verify(second.task().get(), 0);
    }
  }

  @Test
  void aTruncateTakesDirtyBytesAwayAndCutsTheRunAtTheEnd() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.write(0, Pattern.bytes(0, SIZE));
      List<PageRef> lent = room.lend(Run.SIZE, Run.SIZE);
      int cut = Run.SIZE + 1000;
      room.map.truncate(room.holder, cut);
      assertThat(room.read(0, SIZE)).isEqualTo(Pattern.bytes(0, cut));
      room.map.truncate(room.holder, 2 * Run.SIZE);
      byte[] expected = Arrays.copyOf(Pattern.bytes(0, cut), 2 * Run.SIZE);
      assertThat(room.read(0, SIZE)).isEqualTo(expected);
      room.map.flush(room.holder);
      assertThat(room.backing.bytes()).isEqualTo(expected);
      Pattern.verify(CacheRoom.bytes(lent), Run.SIZE);
      CacheRoom.release(lent);
    }
  }

  @Test
  void aTruncateThatFailsLosesNothing() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.write(0, Pattern.bytes(0, SIZE));
      room.backing.truncatesUntilFailure = 0;
      assertThatThrownBy(() -> room.map.truncate(room.holder, 1000)).hasMessageContaining("EIO");
      assertThat(room.read(0, SIZE + 1)).isEqualTo(Pattern.bytes(0, SIZE));
      room.map.flush(room.holder);
      assertThat(room.backing.bytes()).isEqualTo(Pattern.bytes(0, SIZE));
    }
  }

  @Test
  void dirtyRunsStayWhereCleanOnesGo() throws Exception {
    try (CacheRoom room = CacheRoom.back(Pattern.bytes(0, 2 * Run.SIZE))) {
      Pattern.verify(room.read(0, 2 * Run.SIZE), 0);
      room.write(0, Pattern.bytes(7, Run.SIZE));
      room.cache.drop();
      assertThat(room.cache.stats().runs()).isEqualTo(1);
      room.backing.become(Pattern.bytes(50, 2 * Run.SIZE));
      assertThat(room.map.revalidate(room.backing)).isFalse();
      Pattern.verify(room.read(0, Run.SIZE), 7);
      Pattern.verify(room.read(Run.SIZE, Run.SIZE), 50 + Run.SIZE);
      room.map.flush(room.holder);
      Pattern.verify(Arrays.copyOf(room.backing.bytes(), Run.SIZE), 7);
    }
  }

  @Test
  void aStrangerWhoCutsTheFileDoesNotCutWhatIsDirty() throws Exception {
    try (CacheRoom room = CacheRoom.back(Pattern.bytes(0, SIZE))) {
      room.write(2 * Run.SIZE, Pattern.bytes(7, 10));
      room.backing.become(Pattern.bytes(0, 5));
      room.map.revalidate(room.backing);
      byte[] expected = Arrays.copyOf(Pattern.bytes(0, 5), 2 * Run.SIZE + 10);
      System.arraycopy(Pattern.bytes(7, 10), 0, expected, 2 * Run.SIZE, 10);
      assertThat(room.read(0, SIZE)).isEqualTo(expected);
      room.map.flush(room.holder);
      assertThat(room.backing.bytes()).isEqualTo(expected);
    }
  }

  @Test
  void aGapReadsAsZerosWhetherItsStartIsDirtyOrNot() throws Exception {
    for (boolean isFlushed : new boolean[] {false, true}) {
      try (CacheRoom room = CacheRoom.back(new byte[0])) {
        room.write(0, Pattern.bytes(0, 100));
        if (isFlushed) {
          room.map.flush(room.holder);
        }
        List<PageRef> lent = room.lend(0, 100);
        room.write(3 * Run.SIZE + 5, Pattern.bytes(7, 10));
        byte[] expected = Arrays.copyOf(Pattern.bytes(0, 100), 3 * Run.SIZE + 15);
        System.arraycopy(Pattern.bytes(7, 10), 0, expected, 3 * Run.SIZE + 5, 10);
        assertThat(room.read(0, SIZE)).isEqualTo(expected);
        room.write(200, Pattern.bytes(3, 10));
        System.arraycopy(Pattern.bytes(3, 10), 0, expected, 200, 10);
        assertThat(room.read(0, SIZE)).isEqualTo(expected);
        room.map.flush(room.holder);
        assertThat(room.backing.bytes()).isEqualTo(expected);
        Pattern.verify(CacheRoom.bytes(lent), 0);
        CacheRoom.release(lent);
      }
    }
  }

  @Test
  void aFailedWriteThroughLeavesWhatWasDirtyInTheRun() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[Run.SIZE])) {
      Holder through = room.open(Writing.THROUGH);
      room.write(0, Pattern.bytes(0, 1000));
      room.backing.writesUntilFailure = 0;
      assertThatThrownBy(() -> room.write(through, 500, Pattern.bytes(9, 1000)))
          .hasMessageContaining("ENOSPC");
      byte[] expected = Arrays.copyOf(Pattern.bytes(0, 1000), Run.SIZE);
      assertThat(room.read(0, Run.SIZE)).isEqualTo(expected);

      // And one that gets half-way.
      room.backing.writable = asked -> Math.min(asked, 600);
      room.backing.writesUntilFailure = 1;
      assertThat(room.write(through, 500, Pattern.bytes(9, 1000))).isEqualTo(600);
      System.arraycopy(Pattern.bytes(9, 600), 0, expected, 500, 600);
      assertThat(room.read(0, Run.SIZE)).isEqualTo(expected);
      room.map.flush(room.holder);
      assertThat(room.backing.bytes()).isEqualTo(expected);
      room.cache.release(through);
    }
  }

  @Test
  void aSourceThatFailsLeavesWhatWasDirty() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[Run.SIZE])) {
      room.write(0, Pattern.bytes(0, Run.SIZE));
      var arena = java.lang.foreign.Arena.ofShared();
      var source = ropewalk.iov.IovIter.source(arena.allocate(1000));
      arena.close();
      assertThatThrownBy(() -> room.map.write(room.holder, 100, source, room.tally))
          .isInstanceOf(IllegalStateException.class);
      Pattern.verify(room.read(2000, Run.SIZE - 2000), 2000);
      room.map.flush(room.holder);
      assertThat(room.backing.bytes()).isEqualTo(room.read(0, Run.SIZE));
    }
  }

  @Test
  void aSyncedWriteIsOnTheMedium() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      Holder sync = room.open(Writing.SYNC);
      room.write(sync, 0, Pattern.bytes(0, SIZE));
      Pattern.verify(room.backing.medium(), 0);
      assertThat(room.backing.syncs).isEqualTo(1);
      room.backing.syncsUntilFailure = 0;
      assertThatThrownBy(() -> room.write(sync, 0, Pattern.bytes(9, 10)))
          .hasMessageContaining("fsync: EIO");
      room.backing.isDurable = true;
      room.write(sync, 0, Pattern.bytes(0, 10));
      assertThat(room.backing.syncs).isEqualTo(2);
      room.cache.release(sync);
    }
  }

  @Test
  void whoMayNotWriteIsToldByTheBackingAndNotLater() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[10])) {
      Holder reader = room.cache.open(room.backing, room.backing.stamp(), Writing.BACK, false);
      room.backing.writesUntilFailure = 0;
      assertThatThrownBy(() -> room.write(reader, 0, new byte[1])).hasMessageContaining("ENOSPC");
      room.cache.release(reader);
    }
  }
}
