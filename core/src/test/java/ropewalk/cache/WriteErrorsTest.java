package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// Who is told of what has failed, how often, and what has become of the bytes.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriteErrorsTest {
  private static final int SIZE = 2 * Run.SIZE;

  private static void isTold(Holder holder, String of) {
    assertThatThrownBy(() -> holder.map().flush(holder))
        .isInstanceOf(WritebackException.class)
        .hasMessageContaining(of);
  }

  private static void isNotTold(Holder holder) {
    assertThatCode(() -> holder.map().flush(holder)).doesNotThrowAnyException();
  }

  @Test
  void eachHolderIsToldOnceAndTheBytesAreWrittenByTheNextFlush() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      Holder second = room.open(Writing.THROUGH);
      Holder reader = room.cache.open(room.backing, room.backing.stamp(), Writing.THROUGH, false);
      room.write(0, Pattern.bytes(0, SIZE));
      room.backing.writesUntilFailure = 0;
      isTold(room.holder, "writing back 131072 bytes at 0");
      assertThat(room.cache.stats().unwritten()).isEqualTo(SIZE);
      Pattern.verify(room.read(0, SIZE), 0);

      isNotTold(room.holder);
      Pattern.verify(room.backing.bytes(), 0);
      isTold(second, "ENOSPC");
      isNotTold(second);
      assertThatThrownBy(() -> room.map.sync(reader, true)).hasMessageContaining("ENOSPC");
      room.map.sync(reader, true);
      // Who comes later is told of nothing that somebody knows.
      Holder late = room.open(Writing.BACK);
      isNotTold(late);
      List.of(second, reader, late).forEach(room.cache::release);
    }
  }

  @Test
  void anErrorThatNobodyKnowsIsForWhoComesNext() throws Exception {
    WritebackLimits fast = new WritebackLimits(1 << 20, 1 << 20, Duration.ofMillis(5));
    try (CacheRoom room = new CacheRoom(4 << 20, 8 << 20, new byte[0], fast, Writing.BACK)) {
      room.backing.writesUntilFailure = 0;
      room.write(0, Pattern.bytes(0, SIZE));
      while (room.cache.stats().unwritten() > 0 || room.cache.stats().writebacks() < 2) {
        Thread.sleep(1); // the background fails, and tries again
      }
      Pattern.verify(room.backing.bytes(), 0);
      Holder late = room.open(Writing.THROUGH);
      isTold(late, "ENOSPC");
      isTold(room.holder, "ENOSPC");
      isNotTold(late);
      room.cache.release(late);
    }
  }

  @Test
  void severalErrorsAreOneReportThatSaysSo() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      Holder second = room.open(Writing.THROUGH);
      room.write(0, Pattern.bytes(0, 10));
      room.backing.writesUntilFailure = 0;
      isTold(room.holder, "ENOSPC");
      room.backing.writesUntilFailure = 0;
      isTold(room.holder, "ENOSPC");
      isTold(second, "and 1 before");
      isNotTold(second);
      room.cache.release(second);
    }
  }

  @Test
  void oneStretchThatFailsDoesNotKeepTheNextFromBeingWritten() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[3 * Run.SIZE])) {
      room.write(10, Pattern.bytes(10, 10));
      room.write(2 * Run.SIZE, Pattern.bytes(0, 10));
      room.backing.writesUntilFailure = 0;
      isTold(room.holder, "writing back 10 bytes at 10");
      byte[] expected = new byte[3 * Run.SIZE];
      System.arraycopy(Pattern.bytes(0, 10), 0, expected, 2 * Run.SIZE, 10);
      assertThat(room.backing.bytes()).isEqualTo(expected);
      isNotTold(room.holder);
      System.arraycopy(Pattern.bytes(10, 10), 0, expected, 10, 10);
      assertThat(room.backing.bytes()).isEqualTo(expected);
    }
  }

  @Test
  void aBadSyncMakesWhatWasWrittenDirtyAgain() throws Exception {
    for (Writing writing : Writing.values()) {
      try (CacheRoom room = new CacheRoom(4 << 20, 8 << 20, new byte[0], CacheRoom.LAZY, writing)) {
        room.backing.isDurable = writing == Writing.SYNC; // as O_DSYNC: promises for itself
        room.write(0, Pattern.bytes(0, SIZE));
        room.map.flush(room.holder);
        room.backing.syncsUntilFailure = 0;
        assertThatThrownBy(() -> room.map.sync(room.holder, false)).hasMessageContaining("EIO");
        assertThat(room.cache.stats().unwritten()).isEqualTo(SIZE);
        room.map.sync(room.holder, false);
        Pattern.verify(room.backing.medium(), 0);
        assertThat(room.cache.stats().unwritten()).isZero();
        // What was good once is not doubted by the next failure.
        room.backing.syncsUntilFailure = 0;
        assertThatThrownBy(() -> room.map.sync(room.holder, false)).hasMessageContaining("EIO");
        assertThat(room.cache.stats().unwritten()).isZero();
      }
    }
  }

  @Test
  void aBadSyncNamesWhatIsCachedNoMore() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.write(100, Pattern.bytes(0, 1000));
      room.map.flush(room.holder);
      room.cache.drop();
      room.backing.syncsUntilFailure = 0;
      assertThatThrownBy(() -> room.map.sync(room.holder, false))
          .hasMessageContaining("not cached any more, between 100 and 1100");
      room.backing.syncsUntilFailure = 0;
      assertThatThrownBy(() -> room.map.sync(room.holder, false))
          .hasMessageNotContaining("not cached any more");
    }
  }

  @Test
  void whatIsWrittenDuringASyncIsNotPromisedByIt() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.write(0, Pattern.bytes(0, 10));
      room.map.flush(room.holder);
      long sync;
      room.map.runs.lock.lock();
      try {
        sync = room.map.runs.dirty.startSync();
      } finally {
        room.map.runs.lock.unlock();
      }
      room.write(Run.SIZE, Pattern.bytes(0, 10));
      room.map.flush(room.holder);
      room.map.runs.lock.lock();
      try {
        room.map.runs.dirty.endSync(sync);
        assertThat(room.map.runs.dirty.failSync(true)).isEmpty();
      } finally {
        room.map.runs.lock.unlock();
      }
      assertThat(room.cache.stats().unwritten()).isEqualTo(4096); // the second run, not the first
      room.map.flush(room.holder);
    }
  }

  @Test
  void badMemoryUnderDirtyBytesIsAnErrorAndNotAHole() throws Exception {
    try (CacheRoom room = CacheRoom.back(Pattern.bytes(0, SIZE))) {
      room.write(0, Pattern.bytes(9, 10));
      List<PageRef> lent = room.lend(0, 10);
      lent.getFirst().folio().poison();
      CacheRoom.release(lent);
      isTold(room.holder, "memory went bad under 10 bytes at 0");
      Pattern.verify(room.read(0, SIZE), 0);
      assertThat(room.cache.stats().unwritten()).isZero();
    }
  }

  @Test
  void theLastWriterWritesBackWhenItCloses() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      Holder second = room.open(Writing.BACK);
      room.write(0, Pattern.bytes(0, 10));
      room.map.close(second);
      room.cache.release(second);
      assertThat(room.backing.writes).isZero();
      assertThat(room.backing.closes).isEqualTo(1);
      room.map.close(room.holder);
      Pattern.verify(room.backing.bytes(), 0);
      assertThat(room.backing.bytes()).hasSize(10);
    }
    // The room released its holder.
  }

  @Test
  void aCloseThatFailsLosesNothingAndKeepsTheBackingUntilItIsWritten() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      Holder other = room.cache.open(room.backing, room.backing.stamp(), Writing.THROUGH, false);
      room.write(0, Pattern.bytes(0, 10));
      Holder last = room.holder;
      room.backing.writesUntilFailure = 0;
      assertThatThrownBy(() -> room.map.close(last)).hasMessageContaining("ENOSPC");
      room.cache.release(last);
      assertThat(room.backing.closes).isZero();
      Pattern.verify(room.read(0, 10), 0);

      // A reader may ask for it: it is written by the one who lingers, who then ends.
      assertThatThrownBy(() -> room.map.flush(other)).hasMessageContaining("ENOSPC");
      Pattern.verify(room.backing.bytes(), 0);
      assertThat(room.backing.bytes()).hasSize(10);
      assertThat(room.backing.closes).isEqualTo(1);
      room.cache.release(other);
      assertThat(room.backing.closes).isEqualTo(2);
      room.isReleased = true;
    }
  }

  @Test
  void whoOpensAFileAfterAFailedCloseFindsItsBytes() throws Exception {
    try (CacheRoom room = CacheRoom.back(new byte[0])) {
      room.write(0, Pattern.bytes(0, 10));
      room.backing.writesUntilFailure = 0;
      assertThatThrownBy(() -> room.map.close(room.holder)).hasMessageContaining("ENOSPC");
      room.cache.release(room.holder);
      room.isReleased = true;
      Holder next = room.open(Writing.THROUGH);
      assertThat(room.backing.closes).isEqualTo(1); // it can write, so nobody has to linger
      Pattern.verify(room.read(0, 10), 0);
      room.map.close(next);
      Pattern.verify(room.backing.bytes(), 0);
      room.cache.release(next);
    }
  }

  @Test
  void aCacheThatClosesSaysWhatItHasLost() throws Exception {
    CacheRoom room = CacheRoom.back(new byte[0]);
    room.write(0, Pattern.bytes(0, 10));
    room.cache.release(room.holder);
    room.backing.writesUntilFailure = 0;
    assertThatThrownBy(room.cache::close)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("10 bytes of a file that was closed are lost")
        .hasMessageContaining("ENOSPC");
    assertThat(room.backing.closes).isEqualTo(1);
    room.pool.close();
  }

  @Test
  void aCacheThatClosesWritesBackWhatOthersLeft() throws Exception {
    CacheRoom room = CacheRoom.back(new byte[0]);
    room.write(0, Pattern.bytes(0, 10));
    room.cache.release(room.holder);
    room.cache.close();
    Pattern.verify(room.backing.bytes(), 0);
    assertThat(room.backing.closes).isEqualTo(1);
    room.pool.close();
  }

  /// Whatever fails, and whenever: nothing is lost, everybody is told once.
  @Test
  void failTheNthCallOfAWholeLife() throws Exception {
    for (int nth = 0; ; nth++) {
      try (CacheRoom room = CacheRoom.back(new byte[0])) {
        Holder second = room.open(Writing.THROUGH);
        room.backing.writesUntilFailure = nth;
        int told = 0;
        byte[] bytes = Pattern.bytes(0, 3 * Run.SIZE);
        room.write(0, bytes);
        told += tries(() -> room.map.flush(room.holder));
        room.write(5, Pattern.bytes(5, 10));
        room.write(2 * Run.SIZE, Pattern.bytes(2 * Run.SIZE, 10));
        told += tries(() -> room.map.sync(room.holder, true));
        room.write(Run.SIZE, Pattern.bytes(Run.SIZE, 10));
        int toldSecond = tries(() -> room.map.close(second));
        room.cache.release(second);
        told += tries(() -> room.map.close(room.holder));
        boolean isOver = room.backing.writesUntilFailure >= 0;
        if (isOver) {
          assertThat(told).isZero();
          assertThat(nth).isGreaterThan(3);
          return;
        }
        assertThat(told).as("call %d", nth).isEqualTo(1);
        assertThat(toldSecond).isLessThanOrEqualTo(1);
        room.map.flush(room.holder);
        assertThat(room.backing.bytes()).isEqualTo(bytes);
        assertThat(room.cache.stats().unwritten()).isZero();
      }
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private static int tries(Call call) {
    try {
      call.run();
      return 0;
    } catch (IOException e) {
      return 1;
    }
  }
}
