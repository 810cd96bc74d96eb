package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// Who waits for whom, one by one and without chance: a state is set up by hand, and whoever has to
/// wait for its end is seen to wait.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunsTest {
  private static final int MIB = 1 << 20;

  /// A thread that is asleep in the cache.
  record Waiting<T>(FutureTask<T> task) {
    static <T> Waiting<T> on(Callable<T> call) throws InterruptedException {
      FutureTask<T> task = new FutureTask<>(call);
      Thread thread = Thread.ofVirtual().start(task);
      while (thread.getState() != Thread.State.WAITING) {
        assertThat(task.isDone()).as("it did not wait").isFalse();
        Thread.sleep(1);
      }
      return new Waiting<>(task);
    }
  }

  /// What a reader does at the start of a copy.
  private static Run hold(CacheRoom room, long index) {
    Runs runs = room.map.runs;
    runs.lock.lock();
    try {
      Run run = Objects.requireNonNull(runs.current(index));
      runs.hold(run);
      return run;
    } finally {
      runs.lock.unlock();
    }
  }

  /// What a writer does at the start of a write.
  private static Run claim(CacheRoom room, long index) {
    Runs runs = room.map.runs;
    runs.lock.lock();
    try {
      Run run = Objects.requireNonNull(runs.current(index));
      assertThat(runs.claimReady(run)).isTrue();
      return run;
    } finally {
      runs.lock.unlock();
    }
  }

  private static CacheRoom warm(int bytes) throws Exception {
    CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, bytes));
    Pattern.verify(room.read(0, bytes), 0);
    return room;
  }

  @Test
  void aWriterWaitsForTheOneWhoCopies() throws Exception {
    try (CacheRoom room = warm(Run.SIZE)) {
      Run held = hold(room, 0);
      var writer = Waiting.on(() -> room.write(0, Pattern.bytes(99, 10)));
      Pattern.verify(held.version().bytes(), 0);
      room.map.runs.letGo(held);
      assertThat(writer.task().get()).isEqualTo(10);
      Pattern.verify(room.read(0, 10), 99);
    }
  }

  @Test
  void aHolderWhoComesLateToItsEndLeavesTheVersionToTheNext() throws Exception {
    try (CacheRoom room = warm(Run.SIZE)) {
      Runs runs = room.map.runs;
      Run run = hold(room, 0);
      assertThat(run.shut()).as("a writer waits").isFalse();
      assertThat(run.letGo()).as("the last one, who is about to take the lock").isTrue();
      Run again = hold(room, 0); // the writer went another way, and somebody else reads
      room.map.drop();
      runs.ended(run);
      Pattern.verify(again.version().bytes(), 0);
      runs.letGo(again);
      assertThat(again.state).isEqualTo(Run.State.GONE);
    }
  }

  @Test
  void evictionPassesOverWhatIsHeldOrBusy() throws Exception {
    try (CacheRoom room = warm(2 * Run.SIZE)) {
      Run held = hold(room, 0);
      Run busy = claim(room, 1);
      // Eviction takes it out of the queues, the refusal puts it back.
      room.cache.forget(held);
      room.cache.forget(busy);
      assertThat(room.map.runs.evict(held)).isFalse();
      assertThat(room.map.runs.evict(busy)).isFalse();
      Pattern.verify(held.version().bytes(), 0);
      assertThat(room.cache.stats().runs()).isEqualTo(2);
      room.map.runs.letGo(held);
      room.map.runs.abandon(busy);
      Pattern.verify(room.read(0, 2 * Run.SIZE), 0);
    }
  }

  @Test
  void aReaderWaitsForTheOneWhoWrites() throws Exception {
    try (CacheRoom room = warm(Run.SIZE)) {
      Run busy = claim(room, 0);
      var reader = Waiting.on(() -> room.read(0, Run.SIZE));
      PageRef version = busy.version();
      room.map.runs.settle(busy, version, Run.SIZE);
      Pattern.verify(reader.task().get(), 0);
    }
  }

  @Test
  void aTruncateWaitsForTheOneWhoWritesBeyondIt() throws Exception {
    try (CacheRoom room = warm(2 * Run.SIZE)) {
      Run busy = claim(room, 1);
      var truncate =
          Waiting.on(
              () -> {
                room.map.truncate(room.holder, 10);
                return true;
              });
      assertThat(room.backing.bytes()).hasSize(2 * Run.SIZE);
      room.map.runs.settle(busy, busy.version(), Run.SIZE);
      assertThat(truncate.task().get()).isTrue();
      assertThat(room.backing.bytes()).hasSize(10);
      assertThat(room.read(0, 100)).isEqualTo(Pattern.bytes(0, 10));
    }
  }

  @Test
  void aWriteThatATruncateWaitsForDoesNotBringTheEndBack() throws Exception {
    try (CacheRoom room = warm(2 * Run.SIZE)) {
      CountDownLatch isWriting = new CountDownLatch(1);
      CountDownLatch goesOn = new CountDownLatch(1);
      room.backing.whileWriting =
          () -> {
            isWriting.countDown();
            try {
              goesOn.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          };
      FutureTask<Long> write =
          new FutureTask<>(() -> room.write(Run.SIZE, Pattern.bytes(9, Run.SIZE)));
      Thread.ofVirtual().start(write);
      isWriting.await();
      List<Long> sizes = new ArrayList<>();
      room.backing.whileTruncating = () -> sizes.add(room.map.size());
      var truncate =
          Waiting.on(
              () -> {
                room.map.truncate(room.holder, 10);
                return true;
              });
      goesOn.countDown();
      assertThat(write.get()).isEqualTo(Run.SIZE);
      assertThat(truncate.task().get()).isTrue();
      assertThat(sizes).containsExactly(10L);
      assertThat(room.read(0, 100)).isEqualTo(Pattern.bytes(0, 10));
    }
  }

  @Test
  void appendsComeOneAfterTheOther() throws Exception {
    try (CacheRoom room = warm(10)) {
      room.map.end.claim();
      var writer = Waiting.on(() -> room.write(10, Pattern.bytes(10, 10)));
      room.map.end.release();
      assertThat(writer.task().get()).isEqualTo(10);
      Pattern.verify(room.read(0, 20), 0);
    }
  }

  @Test
  void whatWasDoomedWhileItWasBusyOrHeldDoesNotStay() throws Exception {
    try (CacheRoom room = warm(2 * Run.SIZE)) {
      Run held = hold(room, 0);
      Run busy = claim(room, 1);
      room.backing.become(Pattern.bytes(50, 2 * Run.SIZE));
      assertThat(room.map.revalidate(room.backing)).isTrue();
      Pattern.verify(held.version().bytes(), 0);
      room.map.runs.letGo(held);
      room.map.runs.settle(busy, busy.version(), Run.SIZE);
      Pattern.verify(room.read(0, 2 * Run.SIZE), 50);
    }
  }
}
