package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Abi;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Gen;

/// Folios at hand: nobody sees them, and nobody goes without because of them.
final class MagazinesTest {

  private static final int MIB = 1 << 20;
  private static final int PAGE = Abi.pageSize();

  private static FolioPool open(PoolPlan plan) throws IOException {
    return FolioPool.open(
        HostSyscalls.host(), plan.withPatience(Duration.ZERO).withLeaks(Leaks.OFF));
  }

  private static List<PageRef> all(FolioPool pool, int bytes) {
    List<PageRef> all = new ArrayList<>();
    for (PageRef ref = pool.tryTake(bytes, FolioClass.RING);
        ref != null;
        ref = pool.tryTake(bytes, FolioClass.RING)) {
      all.add(ref);
    }
    return all;
  }

  private static long free(FolioPool pool) {
    return pool.stats().ringFree();
  }

  @Test
  void foliosAtHandCountAsFree() throws IOException {
    try (FolioPool pool = open(PoolPlan.of(4 * MIB, 0))) {
      pool.take(PAGE, FolioClass.RING).close();
      pool.take(64 << 10, FolioClass.RING).close();
      assertThat(free(pool)).isEqualTo(4 * MIB);
      try (PageRef one = pool.take(PAGE, FolioClass.RING)) {
        assertThat(free(pool)).isEqualTo(4 * MIB - one.length());
      }
      assertThat(pool.stats().taken()).isEqualTo(3);
      assertThat(pool.complaints()).isEmpty();
    }
  }

  @Test
  void smallOnesAtHandDoNotStandInTheWayOfTheLargest() throws IOException {
    try (FolioPool pool = open(PoolPlan.of(2 * MIB, 0))) {
      pool.take(PAGE, FolioClass.RING).close();
      PageRef whole = pool.tryTake(2 * MIB, FolioClass.RING);
      assertThat(whole).isNotNull();
      Objects.requireNonNull(whole).close();
    }
  }

  @Test
  void allThatIsThereCanBeTakenInAnySizeByAnyThread() throws Exception {
    try (FolioPool pool = open(PoolPlan.of(2 * MIB, 0))) {
      for (int i = 0; i < 3; i++) { // fills the magazines of several stripes
        Thread filler =
            Thread.ofPlatform()
                .start(
                    () -> {
                      List<PageRef> some = new ArrayList<>();
                      for (int j = 0; j < 20; j++) {
                        some.add(Objects.requireNonNull(pool.tryTake(PAGE, FolioClass.RING)));
                      }
                      some.forEach(PageRef::close);
                    });
        filler.join();
      }
      for (int bytes : new int[] {PAGE, 2 * PAGE, 64 << 10, MIB}) {
        List<PageRef> all = all(pool, bytes);
        assertThat(all).as("folios of " + bytes).hasSize(2 * MIB / bytes);
        Set<Long> addresses = new HashSet<>();
        all.forEach(ref -> addresses.add(ref.address()));
        assertThat(addresses).hasSize(all.size());
        all.forEach(PageRef::close);
        assertThat(free(pool)).isEqualTo(2 * MIB);
      }
    }
  }

  @Test
  void theReserveIsKeptToTheByte() throws IOException {
    try (FolioPool pool = open(PoolPlan.of(2 * MIB, 0).withReserve(MIB))) {
      pool.take(PAGE, FolioClass.RING).close();
      List<PageRef> all = all(pool, PAGE);
      assertThat(all).hasSize(MIB / PAGE);
      PageRef version = pool.tryTakeReserve(PAGE, FolioClass.RING);
      assertThat(version).isNotNull();
      all.removeLast().close();
      assertThat(pool.tryTake(PAGE, FolioClass.RING)).as("the reserve is filled first").isNull();
      Objects.requireNonNull(version).close();
      all.forEach(PageRef::close);
    }
  }

  @Test
  void whoWaitsIsServedByAReleaseAndNotOvertaken() throws Exception {
    try (FolioPool pool =
        FolioPool.open(
            HostSyscalls.host(), PoolPlan.of(2 * MIB, 0).withPatience(Duration.ofSeconds(20)))) {
      pool.take(PAGE, FolioClass.RING).close();
      List<PageRef> all = all(pool, PAGE);
      AtomicReference<@Nullable Object> got = new AtomicReference<>();
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (PageRef large = pool.take(2 * PAGE, FolioClass.RING)) {
                      got.set(large.length());
                    } catch (IOException e) {
                      got.set(e);
                    }
                  });
      while (pool.stats().waiting() == 0) {
        Thread.onSpinWait();
      }
      all.removeFirst().close();
      assertThat(pool.tryTake(PAGE, FolioClass.RING)).as("one page is free, and promised").isNull();
      all.forEach(PageRef::close);
      waiter.join();
      assertThat(got.get()).isEqualTo(2 * PAGE);
    }
  }

  @Test
  void seededProgramsAgreeWithASum() {
    Gen.check(
        100,
        gen -> {
          int reserve = gen.in(0, 64) * PAGE;
          try (FolioPool pool = open(PoolPlan.of(2 * MIB, 0).withReserve(reserve))) {
            List<PageRef> held = new ArrayList<>();
            long out = 0;
            for (int i = 0; i < 400; i++) {
              if (!held.isEmpty() && gen.oneIn(2)) {
                PageRef ref = held.remove((int) gen.below(held.size()));
                out -= ref.length();
                ref.close();
              } else {
                int bytes = gen.pick(PAGE, PAGE, 2 * PAGE, 64 << 10, 64 << 10, 512 << 10);
                boolean urgent = gen.oneIn(8);
                PageRef ref =
                    urgent
                        ? pool.tryTakeReserve(bytes, FolioClass.RING)
                        : pool.tryTake(bytes, FolioClass.RING);
                if (ref != null) {
                  out += ref.length();
                  held.add(ref);
                  assertThat(urgent || 2 * MIB - out >= reserve).as("the reserve").isTrue();
                } else if (bytes == PAGE) {
                  assertThat(2 * MIB - out - PAGE).as("a page").isLessThan(urgent ? 0 : reserve);
                }
              }
              assertThat(free(pool)).isEqualTo(2 * MIB - out);
            }
            held.forEach(PageRef::close);
            PageRef whole = reserve == 0 ? pool.tryTake(2 * MIB, FolioClass.RING) : null;
            assertThat(whole == null).isEqualTo(reserve != 0);
            if (whole != null) {
              whole.close();
            }
          }
        });
  }
}
