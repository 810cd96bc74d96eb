package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.iov.Tally;
import ropewalk.page.Account;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.testkit.Pattern;

/// The shapes that matter, one by one: which folios, how many reads, whose memory.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileMapTest {
  private static final int MIB = 1 << 20;

  @Test
  void lendsItsOwnFoliosInFileOrder() throws Exception {
    byte[] content = Pattern.bytes(0, 3 * Run.SIZE + 100);
    try (CacheRoom room = new CacheRoom(MIB, content)) {
      List<PageRef> lent = room.lend(10, content.length);
      assertThat(lent).extracting(PageRef::length).containsExactly(65526, 65536, 65536, 100);
      assertThat(lent).extracting(PageRef::provenance).containsOnly(Provenance.LENT);
      Pattern.verify(CacheRoom.bytes(lent), 10);

      List<PageRef> again = room.lend(10, content.length);
      assertThat(again)
          .extracting(PageRef::address)
          .isEqualTo(lent.stream().map(PageRef::address).toList());
      assertThat(room.tally.copiedUser()).isZero();
      assertThat(room.tally.copiedKernel()).isEqualTo(content.length);
      CacheRoom.release(lent);
      CacheRoom.release(again);
    }
  }

  @Test
  void writesInPlaceWhatNobodyHolds() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, Run.SIZE))) {
      List<PageRef> before = room.lend(0, 1);
      long address = before.getFirst().address();
      CacheRoom.release(before);
      room.write(5, Pattern.bytes(99, 1000));
      List<PageRef> after = room.lend(0, 1);
      assertThat(after.getFirst().address()).isEqualTo(address);
      assertThat(room.cache.stats().inPlace()).isEqualTo(1);
      assertThat(room.cache.stats().versions()).isZero();
      assertThat(room.tally.copiedUser()).isEqualTo(1000);
      CacheRoom.release(after);
    }
  }

  @Test
  void invariant4_replacesWhatIsOnLoanAndCopiesOnlyTheRestOfTheRun() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 2 * Run.SIZE))) {
      List<PageRef> old = room.lend(0, 2 * Run.SIZE);
      room.write(5, Pattern.bytes(99, 1000));
      List<PageRef> fresh = room.lend(0, 2 * Run.SIZE);

      Pattern.verify(CacheRoom.bytes(old), 0);
      assertThat(fresh.get(0).address()).isNotEqualTo(old.get(0).address());
      assertThat(fresh.get(1).address()).isEqualTo(old.get(1).address());
      assertThat(room.tally.copiedUser()).isEqualTo(Run.SIZE);
      assertThat(room.cache.stats().versions()).isEqualTo(1);
      CacheRoom.release(old);
      CacheRoom.release(fresh);
    }
  }

  @Test
  void replacesWhatIsPinnedOrGiven() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 2 * Run.SIZE))) {
      List<PageRef> lent = room.lend(0, 2 * Run.SIZE);
      var pinned = lent.get(0).folio();
      lent.get(0).pin();
      assertThat(lent.get(1).tryGive()).isTrue();
      CacheRoom.release(lent);
      room.write(0, Pattern.bytes(7, 2 * Run.SIZE));
      assertThat(room.cache.stats().versions()).isEqualTo(2);
      assertThat(room.cache.stats().inPlace()).isZero();
      Pattern.verify(room.read(0, 2 * Run.SIZE), 7);
      pinned.unpin();
    }
  }

  @Test
  void readsOnceForAllWhoMiss() throws Exception {
    int readers = 16;
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, Run.SIZE));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch waiting = new CountDownLatch(readers - 1);
      room.backing.whileReading =
          () -> {
            // The one that reads lets all others come before it goes on.
            try {
              assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
              while (room.map.runs.lock.hasQueuedThreads()) {
                Thread.sleep(1);
              }
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          };
      List<Future<byte[]>> answers = new ArrayList<>();
      CountDownLatch first = new CountDownLatch(1);
      for (int i = 0; i < readers; i++) {
        boolean isFirst = i == 0;
        answers.add(
            threads.submit(
                () -> {
                  if (isFirst) {
                    first.countDown();
                  } else {
                    first.await();
                    waiting.countDown();
                  }
                  return room.read(0, Run.SIZE);
                }));
      }
      for (Future<byte[]> answer : answers) {
        Pattern.verify(answer.get(), 0);
      }
      assertThat(room.backing.reads).isEqualTo(1);
    }
  }

  @Test
  void readsAheadMoreAndMoreByOneCallEachAndStopsForRandomReaders() throws Exception {
    byte[] content = Pattern.bytes(0, 40 * Run.SIZE);
    try (CacheRoom room = new CacheRoom(8 * MIB, content)) {
      Readahead ahead = new Readahead();
      for (long at = 0; at < content.length; at += Run.SIZE) {
        List<PageRef> lent = new ArrayList<>();
        room.map.lend(room.backing, at, Run.SIZE, ahead, null, new Tally(), lent::add);
        CacheRoom.release(lent);
      }
      // 1, 2, 4, 8, 16 and what is left of 40.
      assertThat(room.backing.reads).isEqualTo(6);

      room.cache.drop();
      room.backing.reads = 0;
      for (int i : new int[] {30, 5, 20, 10}) {
        List<PageRef> lent = new ArrayList<>();
        room.map.lend(room.backing, (long) i * Run.SIZE, 10, ahead, null, new Tally(), lent::add);
        CacheRoom.release(lent);
      }
      assertThat(room.backing.reads).isEqualTo(4);
      assertThat(room.cache.stats().runs()).isEqualTo(4);
    }
  }

  @Test
  void aReadOfAMegabyteIsOneCall() throws Exception {
    try (CacheRoom room = new CacheRoom(2 * MIB, Pattern.bytes(0, MIB))) {
      List<PageRef> lent = room.lend(0, MIB);
      assertThat(lent).hasSize(16);
      assertThat(room.backing.reads).isEqualTo(1);
      CacheRoom.release(lent);
    }
  }

  @Test
  void invariant8_isShortAtAMissAfterTheFirstByte() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 4 * Run.SIZE))) {
      CacheRoom.release(room.lend(0, Run.SIZE));
      int reads = room.backing.reads;
      List<PageRef> lent = room.lend(0, 4 * Run.SIZE);
      assertThat(lent).hasSize(1);
      assertThat(room.backing.reads).isEqualTo(reads);
      CacheRoom.release(lent);
    }
  }

  @Test
  void keepsItsBoundAndLetsLoansLeave() throws Exception {
    int runs = 40;
    try (CacheRoom room = new CacheRoom(8 * Run.SIZE, 8 << 20, Pattern.bytes(0, runs * Run.SIZE))) {
      List<PageRef> held = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        held.addAll(room.lend((long) i * Run.SIZE, Run.SIZE));
        assertThat(room.cache.stats().bytes()).isLessThanOrEqualTo(8 * Run.SIZE);
      }
      assertThat(room.cache.stats().evictions()).isGreaterThanOrEqualTo(runs - 8);
      Pattern.verify(CacheRoom.bytes(held), 0);
      CacheRoom.release(held);
    }
  }

  @Test
  void copiesAndCountsWhereALoanIsRefused() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 3 * Run.SIZE))) {
      Account borrower = room.pool.account("a slow peer", Run.SIZE + 10);
      List<PageRef> lent = room.lend(0, 3 * Run.SIZE, borrower);
      assertThat(lent)
          .extracting(PageRef::provenance)
          .containsExactly(Provenance.LENT, Provenance.OWNED, Provenance.OWNED);
      Pattern.verify(CacheRoom.bytes(lent), 0);
      assertThat(room.tally.copiedUser()).isEqualTo(2 * Run.SIZE);
      assertThat(room.cache.stats().refusals()).isEqualTo(2);
      assertThat(borrower.charged()).isEqualTo(Run.SIZE);
      CacheRoom.release(lent);
      assertThat(borrower.charged()).isZero();
    }
  }

  @Test
  void stopsWhenTheBorrowerIsFullAndKeepsNothing() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 3 * Run.SIZE))) {
      List<PageRef> lent = new ArrayList<>();
      long count =
          room.map.lend(
              room.backing,
              0,
              3 * Run.SIZE,
              new Readahead(),
              null,
              new Tally(),
              ref -> lent.isEmpty() && lent.add(ref));
      assertThat(count).isEqualTo(Run.SIZE);
      assertThatThrownBy(
              () ->
                  room.map.lend(
                      room.backing,
                      0,
                      1,
                      new Readahead(),
                      null,
                      new Tally(),
                      ref -> {
                        throw new IOException("gone");
                      }))
          .hasMessage("gone");
      CacheRoom.release(lent);
    }
  }

  @Test
  void r09_aFileThatWasCutShortEndsWhereItEnds() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 3 * Run.SIZE))) {
      CacheRoom.release(room.lend(0, Run.SIZE));
      room.write(0, Pattern.bytes(0, 1)); // from now on no stamp tells us of strangers
      room.backing.become(Pattern.bytes(0, Run.SIZE + 100));
      List<PageRef> lent = room.lend(Run.SIZE, 2 * Run.SIZE);
      assertThat(lent).extracting(PageRef::length).containsExactly(100);
      assertThat(room.map.size()).isEqualTo(Run.SIZE + 100);
      assertThat(room.lend(2 * Run.SIZE, 1)).isEmpty();
      CacheRoom.release(lent);
    }
  }

  @Test
  void r09_aFileThatIsShorterThanItSaysEndsToo() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 1000))) {
      // As in /proc: a size, and fewer bytes.
      room.backing.readable = asked -> 0;
      assertThat(room.read(0, 1000)).isEmpty();
      assertThat(room.map.size()).isZero();
    }
  }

  @Test
  void r16_nothingIsLentAsNothing() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 1000))) {
      assertThat(room.lend(0, 0)).isEmpty();
      assertThat(room.lend(1000, 10)).isEmpty();
      assertThat(
              room.map.lend(
                  room.backing, 1000, 10, new Readahead(), null, new Tally(), ref -> false))
          .isEqualTo(-1);
    }
  }

  @Test
  void aStrangersWriteIsNoticedOnDemand() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, Run.SIZE))) {
      List<PageRef> old = room.lend(0, Run.SIZE);
      assertThat(room.map.revalidate(room.backing)).isFalse();
      room.backing.become(Pattern.bytes(50, Run.SIZE));
      assertThat(room.map.revalidate(room.backing)).isTrue();
      Pattern.verify(room.read(0, Run.SIZE), 50);
      Pattern.verify(CacheRoom.bytes(old), 0);
      CacheRoom.release(old);
    }
  }

  @Test
  void closedFilesStayWarmAndChangedOnesDont() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, Run.SIZE))) {
      Pattern.verify(room.read(0, Run.SIZE), 0);
      room.cache.release(room.holder);
      Holder second = room.open(Writing.THROUGH);
      assertThat(second.map()).isSameAs(room.map);
      Pattern.verify(room.read(0, Run.SIZE), 0);
      assertThat(room.backing.reads).isEqualTo(1);

      room.cache.release(second);
      room.backing.become(Pattern.bytes(5, Run.SIZE));
      assertThat(room.open(Writing.THROUGH).map()).isSameAs(room.map);
      Pattern.verify(room.read(0, Run.SIZE), 5);
    }
  }

  @Test
  void aFailedReadIsEachReadersOwnAndLeavesNothing() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 4 * Run.SIZE))) {
      room.backing.readsUntilFailure = 0;
      assertThatThrownBy(() -> room.lend(0, 4 * Run.SIZE)).hasMessageContaining("EIO");
      assertThat(room.cache.stats().bytes()).isZero();
      Pattern.verify(room.read(0, 4 * Run.SIZE), 0);
    }
  }

  @Test
  void aFailedWriteLeavesWhatTheFileSays() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 2 * Run.SIZE))) {
      Pattern.verify(room.read(0, 2 * Run.SIZE), 0);
      room.backing.writesUntilFailure = 0;
      assertThatThrownBy(() -> room.write(10, Pattern.bytes(77, 100)))
          .hasMessageContaining("ENOSPC");
      Pattern.verify(room.read(0, 2 * Run.SIZE), 0);
    }
  }

  @Test
  void r15_aWriteThatFailsAfterSomeBytesReportsThem() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 100))) {
      room.backing.writable = asked -> Math.min(asked, 40_000);
      room.backing.writesUntilFailure = 3;
      long written = room.write(50, Pattern.bytes(1_000, 3 * Run.SIZE));
      // Two calls for the first run, one for the second, then none.
      assertThat(written).isEqualTo(Run.SIZE - 50 + 40_000);
      assertThat(room.map.size()).isEqualTo(50 + written);
      byte[] all = room.read(0, 4 * Run.SIZE);
      assertThat(all).isEqualTo(room.backing.bytes());
      assertThat(all).hasSize((int) (50 + written));
    }
  }

  @Test
  void aTruncateThatFailsChangesNothing() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 2 * Run.SIZE))) {
      room.backing.truncatesUntilFailure = 0;
      assertThatThrownBy(() -> room.map.truncate(room.holder, 5)).hasMessageContaining("EIO");
      assertThat(room.map.size()).isEqualTo(2 * Run.SIZE);
      Pattern.verify(room.read(0, 2 * Run.SIZE), 0);
    }
  }

  @Test
  void aFileThatGrowsHasZerosBehindWhatWasCached() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 100))) {
      List<PageRef> old = room.lend(0, 100);
      room.write(2 * Run.SIZE, Pattern.bytes(7, 10));
      byte[] expected = java.util.Arrays.copyOf(Pattern.bytes(0, 100), 2 * Run.SIZE + 10);
      System.arraycopy(Pattern.bytes(7, 10), 0, expected, 2 * Run.SIZE, 10);
      assertThat(room.read(0, expected.length + 1)).isEqualTo(expected);
      assertThat(room.backing.bytes()).isEqualTo(expected);
      CacheRoom.release(old);
    }
  }

  @Test
  void smallFilesDontHoldARunEach() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 100))) {
      Pattern.verify(room.read(0, 100), 0);
      assertThat(room.cache.stats().bytes()).isEqualTo(4096);
      room.write(100, Pattern.bytes(100, 20_000));
      Pattern.verify(room.read(0, 20_100), 0);
      assertThat(room.cache.stats().bytes()).isEqualTo(32_768);
    }
  }

  @Test
  void aClosedCacheKeepsNothing() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 100))) {
      room.cache.close();
      assertThatThrownBy(() -> room.open(Writing.THROUGH))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
