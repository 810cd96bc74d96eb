package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;

/// Many threads, one house; the count afterwards decides.
final class HammerTest {

  private static final int THREADS = 4;
  private static final int ROUNDS = 20_000;
  private static final int LONGS = 64;

  private interface Body {
    void run(int thread) throws Exception;
  }

  private static void hammer(Body body) throws InterruptedException {
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int me = i;
      Runnable run =
          () -> {
            try {
              body.run(me);
            } catch (Throwable e) {
              failed.compareAndSet(null, e);
            }
          };
      threads.add(i % 2 == 0 ? Thread.ofPlatform().start(run) : Thread.ofVirtual().start(run));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failed.get() != null) {
      throw new AssertionError(failed.get());
    }
  }

  /// A version is written into every word of the range. A reader who got a loan or a transient read
  /// must see one version only, and it must not change under it.
  private static long versionOf(MemorySegment bytes) {
    long first = bytes.get(ValueLayout.JAVA_LONG, 0);
    for (int i = 1; i < LONGS; i++) {
      if (bytes.get(ValueLayout.JAVA_LONG, 8L * i) != first) {
        throw new AssertionError("two versions in one range");
      }
    }
    return first;
  }

  private static void write(MemorySegment bytes, long version) {
    for (int i = 0; i < LONGS; i++) {
      bytes.set(ValueLayout.JAVA_LONG, 8L * i, version);
    }
  }

  @Test
  void invariant4_whatIsLentStandsStillWhileAWriterClaims() throws Exception {
    try (FolioPool pool = open()) {
      PageRef owner = pool.take(8 * LONGS, FolioClass.RING);
      write(owner.target(), 0);
      owner.publish(8 * LONGS);
      AtomicBoolean done = new AtomicBoolean();
      long[] claims = new long[1];
      long[] looks = new long[THREADS];
      hammer(
          me -> {
            if (me == 0) {
              for (int version = 1; version <= ROUNDS || claims[0] == 0; version++) {
                if (owner.tryClaim()) {
                  write(owner.target(), version);
                  owner.publish(8 * LONGS);
                  claims[0]++;
                } else {
                  Thread.onSpinWait();
                }
              }
              done.set(true);
              return;
            }
            while (!done.get() || looks[me] == 0) {
              if (me % 2 == 0 ? read(owner.folio()) : borrow(owner)) {
                looks[me]++;
              } else {
                LockSupport.parkNanos(1_000);
              }
            }
          });
      assertThat(claims[0]).as("claims that succeeded").isPositive();
      assertThat(looks[1]).as("loans that succeeded").isPositive();
      owner.close();
    }
  }

  private static boolean borrow(PageRef owner) {
    // tryLend only reads what the owner never changes after its first publish, and the word.
    PageRef lent = owner.tryLend(0, 8 * LONGS);
    if (lent == null) {
      return false;
    }
    long version = versionOf(lent.bytes());
    assertThat(versionOf(lent.bytes())).isEqualTo(version);
    lent.close();
    return true;
  }

  private static boolean read(Folio folio) {
    if (!folio.tryRead()) {
      return false;
    }
    MemorySegment bytes = ropewalk.linux.Memory.ALL.asSlice(folio.address(), 8 * LONGS);
    long version = versionOf(bytes);
    assertThat(versionOf(bytes)).isEqualTo(version);
    folio.endRead();
    return true;
  }

  @Test
  void invariant1_takersLendersAndReleasersLeaveThePoolFull() throws Exception {
    try (FolioPool pool = open()) {
      AtomicReference<@Nullable PageRef> stage = new AtomicReference<>();
      hammer(
          me -> {
            for (int i = 0; i < ROUNDS; i++) {
              PageRef ref = pool.take(1 << (12 + (i + me) % 4), FolioClass.RING);
              ref.publish(100);
              PageRef lent = ref.lend(0, 50);
              ref.pin();
              Folio folio = ref.folio();
              ref.close();
              PageRef other = stage.getAndSet(lent);
              if (other != null) {
                PageRef twin = other.share();
                other.close();
                twin.close();
              }
              folio.unpin();
            }
          });
      Objects.requireNonNull(stage.get()).close();
      assertThat(pool.complaints()).isEmpty();
      assertThat(pool.stats().ringFree()).isEqualTo(pool.stats().ringTotal());
      assertThat(pool.stats().taken()).isEqualTo((long) THREADS * ROUNDS);
    }
  }

  @Test
  void invariant1_manyWaitersForLittleMemoryAllGetTheirTurn() throws Exception {
    try (FolioPool pool =
        FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0).withLeaks(Leaks.OFF))) {
      hammer(
          me -> {
            for (int i = 0; i < ROUNDS / 10; i++) {
              pool.take(i % 3 == 0 ? 2 << 20 : 1 << 19, FolioClass.RING).close();
            }
          });
      assertThat(pool.stats().refused()).isZero();
      assertThat(pool.stats().ringFree()).isEqualTo(pool.stats().ringTotal());
    }
  }

  @Test
  void invariant2_ofManyWhoReleaseOneHandleOnlyOneSucceeds() throws Exception {
    try (FolioPool pool =
        FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0).withLeaks(Leaks.ALL))) {
      PageRef owner = pool.take(4096, FolioClass.RING);
      owner.publish(4096);
      int rounds = ROUNDS / 10;
      PageRef[] shared = new PageRef[rounds];
      for (int i = 0; i < rounds; i++) {
        shared[i] = owner.lend(0, 1);
      }
      AtomicInteger released = new AtomicInteger();
      hammer(
          me -> {
            for (PageRef ref : shared) {
              try {
                ref.close();
                released.incrementAndGet();
              } catch (IllegalStateException second) {
                assertThat(second).hasMessageContaining("released PageRef");
              }
            }
          });
      assertThat(released.get()).isEqualTo(rounds);
      assertThat(FolioWord.references(owner.folio().wordAcquire())).isEqualTo(1);
      owner.close();
    }
  }

  @Test
  void chargesOfManyThreadsAddUpToNothing() throws Exception {
    try (FolioPool pool = open()) {
      PageRef owner = pool.take(4096, FolioClass.RING);
      owner.publish(4096);
      Account account = pool.account("peer", 2 * 4096);
      hammer(
          me -> {
            for (int i = 0; i < ROUNDS; i++) {
              PageRef lent = owner.tryLend(0, 4096, account);
              assertThat(account.charged()).isBetween(0L, 2L * 4096);
              if (lent != null) {
                lent.close();
              }
            }
          });
      assertThat(account.charged()).isZero();
      owner.close();
    }
  }

  private static FolioPool open() throws java.io.IOException {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 2 << 20).withLeaks(Leaks.OFF));
  }
}
