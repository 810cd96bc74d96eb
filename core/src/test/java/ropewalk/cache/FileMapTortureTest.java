package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;

/// Readers, borrowers, writers, a truncater and a stranger on one map at a time, for a while.
///
/// Each write fills one whole run with one byte value of its own. So whatever anybody is lent of a
/// run must be one value throughout (exactly one version), and must still be that value when the
/// loan ends.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileMapTortureTest {
  private static final int RUNS = 6;
  private static final long MILLIS = 2_000;

  private final AtomicLong lends = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private volatile boolean isOver;

  @Test
  void invariant4_everyLentRunIsExactlyOneVersionWhileEverybodyWrites() throws Exception {
    // Room for half of the runs: eviction takes part.
    try (CacheRoom room = new CacheRoom(RUNS / 2 * Run.SIZE, 16 << 20, new byte[RUNS * Run.SIZE]);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int seed = i;
        all.add(threads.submit(() -> borrow(room, Gen.seeded(seed))));
        all.add(threads.submit(() -> write(room, Gen.seeded(100 + seed))));
        all.add(threads.submit(() -> copy(room, Gen.seeded(200 + seed))));
      }
      all.add(threads.submit(() -> truncate(room, Gen.seeded(300))));
      all.add(threads.submit(() -> disturb(room, Gen.seeded(400))));
      awaitEnough(room);
      isOver = true;
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(lends.get()).isGreaterThan(100);
      assertThat(writes.get()).isGreaterThan(100);
      assertThat(room.cache.stats().versions()).isPositive();
      assertThat(room.read(0, RUNS * Run.SIZE)).isEqualTo(room.backing.bytes());
    }
  }

  /// With writers in all modes, a background that never sleeps for long, those who flush and sync,
  /// and a backing that fails now and then: nobody sees a mixture, and nothing is lost.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void invariant4_holdsWhileDirtyRunsAreWrittenBack(boolean isFaulty) throws Exception {
    WritebackLimits limits =
        new WritebackLimits(Run.SIZE, 2 * Run.SIZE + Run.SIZE / 2, Duration.ofMillis(2));
    try (CacheRoom room =
            new CacheRoom(
                (RUNS - 1) * Run.SIZE, 16 << 20, new byte[RUNS * Run.SIZE], limits, Writing.BACK);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Holder> holders =
          List.of(room.holder, room.open(Writing.THROUGH), room.open(Writing.BACK));
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int seed = i;
        Holder holder = holders.get(i);
        all.add(threads.submit(() -> borrow(room, Gen.seeded(seed))));
        all.add(threads.submit(() -> write(room, holder, Gen.seeded(100 + seed), isFaulty)));
        all.add(threads.submit(() -> copy(room, Gen.seeded(200 + seed))));
        all.add(threads.submit(() -> flush(holder, Gen.seeded(500 + seed), isFaulty)));
      }
      all.add(threads.submit(() -> truncate(room, Gen.seeded(300))));
      all.add(threads.submit(() -> disturb(room, Gen.seeded(400))));
      if (isFaulty) {
        all.add(threads.submit(() -> spoil(room, Gen.seeded(600))));
      }
      awaitEnough(room);
      isOver = true;
      for (Future<?> one : all) {
        one.get();
      }
      room.backing.writesUntilFailure = -1;
      room.backing.syncsUntilFailure = -1;
      for (Holder holder : holders) {
        tries(() -> room.map.sync(holder, false));
      }
      room.map.sync(room.holder, false);
      assertThat(room.cache.stats().unwritten()).isZero();
      assertThat(writes.get()).isGreaterThan(100);
      assertThat(room.cache.stats().writebacks()).isGreaterThan(10);
      byte[] content = room.read(0, RUNS * Run.SIZE);
      assertThat(content).isEqualTo(room.backing.bytes());
      room.cache.release(holders.get(1));
      room.cache.release(holders.get(2));
    }
  }

  /// A busy machine takes longer for the same.
  private void awaitEnough(CacheRoom room) throws InterruptedException {
    Thread.sleep(MILLIS);
    while (!isOver
        && (lends.get() <= 100
            || writes.get() <= 100
            || room.cache.stats().versions() == 0
            || (room.holder.writing() == Writing.BACK && room.cache.stats().writebacks() <= 10))) {
      Thread.sleep(10);
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private static void tries(Call call) {
    try {
      call.run();
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?s).*(ENOSPC|EIO).*");
    }
  }

  private Void write(CacheRoom room, Holder holder, Gen gen, boolean mayFail) throws Exception {
    byte[] bytes = new byte[Run.SIZE];
    while (!isOver) {
      java.util.Arrays.fill(bytes, (byte) gen.in(1, 120));
      long offset = gen.in(0, RUNS - 1) * (long) Run.SIZE;
      IovIter source = IovIter.source(MemorySegment.ofArray(bytes));
      if (mayFail) {
        tries(() -> room.map.write(holder, offset, source, new Tally()));
      } else {
        assertThat(room.map.write(holder, offset, source, new Tally())).isEqualTo(Run.SIZE);
      }
      writes.incrementAndGet();
      if (gen.oneIn(4)) {
        Thread.sleep(1);
      }
    }
    return null;
  }

  private Void flush(Holder holder, Gen gen, boolean mayFail) throws Exception {
    while (!isOver) {
      Call call =
          gen.bool()
              ? () -> holder.map().sync(holder, true)
              : () -> holder.map().flush(holder, gen.in(0, RUNS) * (long) Run.SIZE, Run.SIZE);
      if (mayFail) {
        tries(call);
      } else {
        call.run();
      }
      Thread.sleep(2);
    }
    return null;
  }

  private Void spoil(CacheRoom room, Gen gen) throws Exception {
    while (!isOver) {
      if (gen.bool()) {
        room.backing.writesUntilFailure = gen.in(0, 5);
      } else {
        room.backing.syncsUntilFailure = gen.in(0, 2);
      }
      Thread.sleep(1);
    }
    return null;
  }

  private Void borrow(CacheRoom room, Gen gen) throws Exception {
    List<PageRef> held = new ArrayList<>();
    List<Byte> values = new ArrayList<>();
    while (!isOver) {
      int before = held.size();
      room.map.lend(
          room.backing,
          gen.in(0, RUNS - 1) * (long) Run.SIZE,
          gen.in(1, 2 * Run.SIZE),
          new Readahead(),
          null,
          new Tally(),
          held::add);
      for (PageRef ref : held.subList(before, held.size())) {
        values.add(ref.bytes().get(ValueLayout.JAVA_BYTE, 0));
        lends.incrementAndGet();
      }
      if (gen.oneIn(4) || held.size() > 24) {
        for (int i = 0; i < held.size(); i++) {
          verify(held.get(i), values.get(i));
          held.get(i).close();
        }
        held.clear();
        values.clear();
      }
    }
    CacheRoom.release(held);
    return null;
  }

  /// Cuts are made between runs, so zeros, too, fill a run from its start.
  private static void verify(PageRef ref, byte value) {
    MemorySegment bytes = ref.bytes();
    long last = bytes.byteSize() - 1;
    long differs = bytes.asSlice(0, last).mismatch(bytes.asSlice(1, last));
    if (bytes.get(ValueLayout.JAVA_BYTE, 0) != value || differs >= 0) {
      throw new AssertionError(
          "%s is not %d throughout, but changes behind byte %d".formatted(ref, value, differs));
    }
  }

  private Void write(CacheRoom room, Gen gen) throws Exception {
    byte[] bytes = new byte[Run.SIZE];
    while (!isOver) {
      java.util.Arrays.fill(bytes, (byte) gen.in(1, 120));
      long offset = gen.in(0, RUNS - 1) * (long) Run.SIZE;
      assertThat(
              room.map.write(
                  room.holder, offset, IovIter.source(MemorySegment.ofArray(bytes)), new Tally()))
          .isEqualTo(Run.SIZE);
      writes.incrementAndGet();
    }
    return null;
  }

  private Void copy(CacheRoom room, Gen gen) throws Exception {
    byte[] bytes = new byte[Run.SIZE];
    while (!isOver) {
      long got =
          room.map.read(
              room.backing,
              gen.in(0, RUNS - 1) * (long) Run.SIZE,
              IovIter.target(MemorySegment.ofArray(bytes)),
              new Readahead(),
              new Tally());
      int end = (int) Math.max(got, 1);
      int differs = java.util.Arrays.mismatch(bytes, 0, end - 1, bytes, 1, end);
      if (differs >= 0) {
        throw new AssertionError("copied two versions of one run, from byte %d".formatted(differs));
      }
    }
    return null;
  }

  private Void truncate(CacheRoom room, Gen gen) throws Exception {
    while (!isOver) {
      room.map.truncate(room.holder, gen.in(1, RUNS) * (long) Run.SIZE);
      Thread.sleep(3);
    }
    return null;
  }

  private Void disturb(CacheRoom room, Gen gen) throws Exception {
    while (!isOver) {
      if (gen.bool()) {
        room.cache.drop();
      } else {
        room.map.revalidate(room.backing);
      }
      Thread.sleep(1);
    }
    return null;
  }
}
