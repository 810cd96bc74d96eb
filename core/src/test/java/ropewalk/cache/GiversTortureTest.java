package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;

/// Givers of pages of one, two and four runs, writers, borrowers, punchers and a truncater on one
/// file at a time: claims of several runs beside claims of one, and folios that runs share.
///
/// Each page is of one value, and each cut and hole is between runs. So whatever anybody is lent of
/// a run must be one value throughout, and stay it.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GiversTortureTest {
  private static final int RUNS = 8;
  private static final long MILLIS = 1_500;

  private final AtomicLong lends = new AtomicLong();
  private final AtomicLong stolen = new AtomicLong();
  private volatile boolean isOver;

  @ParameterizedTest
  @EnumSource
  void everyRunIsOneVersionWhoeverGivesIt(Writing writing) throws Exception {
    try (CacheRoom room = new CacheRoom(32 * Run.SIZE, 32 << 20, new byte[RUNS * Run.SIZE]);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      room.backing.offerMax = 4 * Run.SIZE;
      Holder holder = room.open(writing);
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int seed = i;
        all.add(threads.submit(() -> borrow(room, Gen.seeded(seed))));
        all.add(threads.submit(() -> give(room, holder, Gen.seeded(100 + seed))));
        all.add(threads.submit(() -> write(room, holder, Gen.seeded(200 + seed))));
      }
      all.add(threads.submit(() -> disturb(room, holder, Gen.seeded(300))));
      Thread.sleep(MILLIS);
      isOver = true;
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(lends.get()).isGreaterThan(50);
      assertThat(stolen.get() > 0)
          .as("stolen; SYNC may have to revert")
          .isEqualTo(writing != Writing.SYNC);
      room.map.flush(holder);
      assertThat(room.read(0, RUNS * Run.SIZE)).isEqualTo(room.backing.bytes());
      room.map.close(holder);
      room.cache.release(holder);
    }
  }

  private Void borrow(CacheRoom room, Gen gen) throws Exception {
    while (!isOver) {
      List<PageRef> held = room.lend(run(gen), 3 * Run.SIZE);
      List<Byte> values = new ArrayList<>();
      for (PageRef ref : held) {
        values.add(ref.bytes().get(ValueLayout.JAVA_BYTE, 0));
      }
      Thread.sleep(gen.in(0, 2));
      for (int i = 0; i < held.size(); i++) {
        byte value = values.get(i);
        MemorySegment bytes = held.get(i).bytes();
        for (long at = 0; at < bytes.byteSize(); at += 61) {
          if (bytes.get(ValueLayout.JAVA_BYTE, at) != value) {
            throw new AssertionError("byte " + at + " of " + held.get(i) + " is not " + value);
          }
        }
        lends.incrementAndGet();
      }
      CacheRoom.release(held);
    }
    return null;
  }

  private static long run(Gen gen) {
    return gen.in(0, RUNS - 1) * (long) Run.SIZE;
  }

  private Void give(CacheRoom room, Holder holder, Gen gen) throws Exception {
    while (!isOver) {
      int bytes = gen.pick(1, 2, 4) * Run.SIZE;
      PageRef page = room.pool.take(bytes, gen.pick(FolioClass.values()));
      page.target().fill((byte) gen.in(1, 120));
      page.publish(bytes);
      long at = Math.min(run(gen), RUNS * (long) Run.SIZE - bytes);
      Tally tally = new Tally();
      assertThat(room.map.write(holder, at, PipeSourceIter.gift(page), tally)).isEqualTo(bytes);
      stolen.addAndGet(tally.stolen());
    }
    return null;
  }

  private Void write(CacheRoom room, Holder holder, Gen gen) throws Exception {
    byte[] bytes = new byte[Run.SIZE];
    while (!isOver) {
      java.util.Arrays.fill(bytes, (byte) gen.in(1, 120));
      IovIter source = IovIter.source(MemorySegment.ofArray(bytes));
      room.map.write(gen.bool() ? holder : room.holder, run(gen), source, new Tally());
    }
    return null;
  }

  private Void disturb(CacheRoom room, Holder holder, Gen gen) throws Exception {
    while (!isOver) {
      switch (gen.in(0, 3)) {
        case 0 -> room.map.truncate(holder, gen.in(1, RUNS) * (long) Run.SIZE);
        case 1 -> room.map.punch(holder, run(gen), gen.in(1, 3) * (long) Run.SIZE);
        case 2 -> room.cache.drop();
        default -> room.map.flush(holder);
      }
      Thread.sleep(2);
    }
    return null;
  }
}
