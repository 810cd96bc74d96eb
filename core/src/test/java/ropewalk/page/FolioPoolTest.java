package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;

/// The pool: what it gives, whom it lets wait, whom it refuses, and what it says at the end.
final class FolioPoolTest {

  private static final int MIB = 1 << 20;

  private static FolioPool open(PoolPlan plan) throws IOException {
    return FolioPool.open(HostSyscalls.host(), plan);
  }

  /// One folio of 2 MiB of each class, and no patience.
  private static PoolPlan tiny() {
    return PoolPlan.of(2 * MIB, 2 * MIB).withPatience(Duration.ZERO);
  }

  @Test
  void sizesArePowersOfTwoFromAPageTo2MiB() throws IOException {
    try (FolioPool pool = open(tiny())) {
      for (int bytes : new int[] {1, 4095, 4096, 4097, 65_536, 65_537, MIB, MIB + 1, 2 * MIB}) {
        for (FolioClass kind : FolioClass.values()) {
          try (PageRef ref = pool.take(bytes, kind)) {
            int size = ref.folio().size();
            assertThat(size).isGreaterThanOrEqualTo(bytes).isLessThan(Math.max(4097, 2 * bytes));
            assertThat(Integer.bitCount(size)).isEqualTo(1);
            assertThat(ref.address() % size).as("aligned to its size").isZero();
            assertThat(ref.folio().kind()).isEqualTo(kind);
          }
        }
      }
      assertThatThrownBy(() -> pool.take(0, FolioClass.RING)).hasMessageContaining("bytes=0");
      assertThatThrownBy(() -> pool.take(2 * MIB + 1, FolioClass.RING))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theClassesNeverMix() throws IOException {
    try (FolioPool pool = open(tiny())) {
      try (PageRef ring = pool.take(2 * MIB, FolioClass.RING)) {
        assertThat(pool.tryTake(1, FolioClass.RING)).isNull();
        try (PageRef gift = pool.take(2 * MIB, FolioClass.GIFT)) {
          assertThat(gift.address()).isNotEqualTo(ring.address());
        }
      }
    }
  }

  @Test
  void aRefusalSaysWhatWasAskedAndWhoHoldsIt() throws IOException {
    try (FolioPool pool = open(tiny().withLeaks(Leaks.ALL));
        PageRef held = pool.take(2 * MIB, FolioClass.RING)) {
      held.publish(10);
      PageRef lent = held.lend(0, 10);
      assertThatThrownBy(() -> pool.take(5000, FolioClass.RING))
          .isInstanceOf(PoolRefusal.class)
          .hasMessageContaining("take(5000, RING)")
          .hasMessageContaining("0 KiB free")
          .hasMessageContaining("1 folios out of which 1 lent and 0 pinned")
          .hasMessageContaining("aRefusalSaysWhatWasAskedAndWhoHoldsIt");
      lent.close();
      assertThat(pool.stats().refused()).isEqualTo(1);
    }
  }

  @Test
  void takeWaitsItsTurnFirstComeFirstServed() throws Exception {
    try (FolioPool pool = open(tiny().withPatience(Duration.ofSeconds(20)))) {
      PageRef whole = pool.take(2 * MIB, FolioClass.RING);
      List<Integer> order = Collections.synchronizedList(new ArrayList<>());
      List<Thread> waiting = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int me = i;
        waiting.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (PageRef ref = pool.take(2 * MIB, FolioClass.RING)) {
                        assertThat(ref.length()).isEqualTo(2 * MIB);
                        order.add(me);
                      } catch (IOException e) {
                        order.add(-1);
                      }
                    }));
        while (pool.stats().waiting() != i + 1) {
          Thread.onSpinWait();
        }
      }
      whole.close();
      for (Thread thread : waiting) {
        thread.join();
      }
      assertThat(order).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void whoeverComesLaterDoesNotOvertakeWhoWaits() throws Exception {
    try (FolioPool pool = open(tiny().withPatience(Duration.ofSeconds(20)))) {
      PageRef half = pool.take(MIB, FolioClass.RING);
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (PageRef whole = pool.take(2 * MIB, FolioClass.RING)) {
                      assertThat(whole.isOpen()).isTrue();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      while (pool.stats().waiting() == 0) {
        Thread.onSpinWait();
      }
      assertThat(pool.tryTake(1, FolioClass.RING)).as("half is free, but promised").isNull();
      half.close();
      waiter.join();
      assertThat(pool.stats().taken()).isEqualTo(2);
    }
  }

  @Test
  void aWaiterWhoGivesUpLetsTheNextOneIn() throws Exception {
    try (FolioPool pool = open(tiny().withPatience(Duration.ofSeconds(20)))) {
      PageRef half = pool.take(MIB, FolioClass.RING);
      AtomicReference<Throwable> first = new AtomicReference<>();
      Thread large =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      pool.take(2 * MIB, FolioClass.RING).close();
                    } catch (IOException e) {
                      first.set(e);
                    }
                  });
      while (pool.stats().waiting() != 1) {
        Thread.onSpinWait();
      }
      AtomicReference<Throwable> second = new AtomicReference<>();
      Thread small =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      pool.take(MIB, FolioClass.RING).close();
                    } catch (IOException e) {
                      second.set(e);
                    }
                  });
      while (pool.stats().waiting() != 2) {
        Thread.onSpinWait();
      }
      large.interrupt();
      large.join();
      small.join();
      assertThat(first.get()).isInstanceOf(InterruptedIOException.class);
      assertThat(second.get()).isNull();
      half.close();
    }
  }

  @Test
  void tooManyWaitersAreRefusedAtOnce() throws Exception {
    try (FolioPool pool = open(tiny().withPatience(Duration.ofDays(1)).withWaitingMax(0))) {
      PageRef whole = pool.take(2 * MIB, FolioClass.RING);
      assertThatThrownBy(() -> pool.take(1, FolioClass.RING)).isInstanceOf(PoolRefusal.class);
      whole.close();
    }
  }

  @Test
  void theReserveIsForVersionsAndWriteback() throws IOException {
    try (FolioPool pool = open(tiny().withReserve(MIB))) {
      PageRef one = pool.take(MIB, FolioClass.GIFT);
      assertThat(pool.tryTake(4096, FolioClass.GIFT)).isNull();
      assertThatThrownBy(() -> pool.take(4096, FolioClass.GIFT)).hasMessageContaining("reserve");
      PageRef version = pool.tryTakeReserve(4096, FolioClass.GIFT);
      assertThat(version).isNotNull();
      if (version != null) {
        version.close();
      }
      one.close();
    }
  }

  @Test
  void invariant10_closeSaysWhoStillHoldsMemory() throws IOException {
    FolioPool pool = open(tiny().withLeaks(Leaks.ALL));
    PageRef held = pool.take(4096, FolioClass.RING);
    held.publish(10);
    Account account = pool.account("peer", 100);
    PageRef lent = held.tryLend(0, 10, account);
    assertThat(FolioPool.census()).isNotEmpty();
    assertThatThrownBy(pool::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 folios are out")
        .hasMessageContaining("loans=1")
        .hasMessageContaining("10 bytes are charged")
        .hasMessageContaining("invariant10_closeSaysWhoStillHoldsMemory");
    assertThat(held.bytes().byteSize()).as("the memory stays").isEqualTo(10);
    if (lent != null) {
      lent.close();
    }
    held.close();
    pool.close();
    assertThat(FolioPool.census()).isEmpty();
  }

  @Test
  void invariant10_closeNamesWhatOnlyARequestHolds() throws IOException {
    FolioPool pool = open(tiny().withLeaks(Leaks.OFF));
    PageRef ref = pool.take(65_536, FolioClass.RING);
    ref.publish(65_536);
    Folio folio = ref.folio();
    ref.pin();
    ref.close();
    PageRef zeros = pool.zeros(100);
    assertThatThrownBy(pool::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 folios are out")
        .hasMessageContaining("folio RING 64 KiB")
        .hasMessageContaining("references=1 loans=0 pins=1");
    assertThat(pool.tryTake(1, FolioClass.RING)).as("closed all the same").isNull();
    folio.unpin();
    zeros.close();
    assertThatThrownBy(folio::unpin)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("unpin refused");
    assertThat(pool.complaints()).isEmpty();
  }

  @Test
  void closeNamesTheOneWhoTookWhatIsPinned() throws IOException {
    FolioPool pool = open(tiny().withLeaks(Leaks.ALL));
    PageRef ref = pool.take(4096, FolioClass.GIFT);
    ref.publish(4096);
    PageRef pinned = Objects.requireNonNull(ref.tryPinned(0, 10));
    ref.close();
    assertThatThrownBy(pool::close)
        .hasMessageContaining("pins=1")
        .hasMessageContaining("taken by Thread[")
        .hasMessageContaining("closeNamesTheOneWhoTookWhatIsPinned");
    pinned.close();
    assertThat(pool.complaints()).isEmpty();
  }

  @Test
  void sizesThatAreNoneAreRefused() throws IOException {
    try (FolioPool pool = open(tiny())) {
      for (int bytes : new int[] {Integer.MIN_VALUE, -1, 0, 2 * MIB + 1, Integer.MAX_VALUE}) {
        for (FolioClass kind : FolioClass.values()) {
          assertThatThrownBy(() -> pool.take(bytes, kind)).hasMessageContaining("bytes=" + bytes);
          assertThatThrownBy(() -> pool.tryTake(bytes, kind))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> pool.tryTakeReserve(bytes, kind))
              .isInstanceOf(IllegalArgumentException.class);
        }
      }
      for (int length : new int[] {-1, FolioPool.ZEROS_MAX + 1}) {
        assertThatThrownBy(() -> pool.zeros(length)).hasMessageContaining("zeros(" + length + ")");
      }
      pool.zeros(0).close();
    }
  }

  @Test
  void invariant10_withoutLeakReportsTheComplaintSaysHowToGetThem() throws IOException {
    FolioPool pool = open(tiny().withLeaks(Leaks.OFF));
    PageRef held = pool.take(4096, FolioClass.RING);
    assertThat(pool.complaints())
        .anyMatch(line -> line.contains("-Dropewalk.leaks=all"))
        .anyMatch(line -> line.contains("references=1"));
    held.close();
    assertThat(pool.complaints()).isEmpty();
    pool.close();
  }

  @Test
  void aClosedPoolRefusesAndWakesWhoWaits() throws Exception {
    FolioPool pool = open(tiny().withPatience(Duration.ofDays(1)));
    PageRef whole = pool.take(2 * MIB, FolioClass.RING);
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Thread waiter =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    pool.take(1, FolioClass.RING).close();
                  } catch (IOException e) {
                    seen.set(e);
                  }
                });
    while (pool.stats().waiting() == 0) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(pool::close).isInstanceOf(IllegalStateException.class);
    waiter.join();
    assertThat(seen.get()).isInstanceOf(PoolRefusal.class);
    assertThat(pool.tryTake(1, FolioClass.RING)).isNull();
    assertThatThrownBy(() -> pool.take(1, FolioClass.RING)).isInstanceOf(PoolRefusal.class);
    whole.close();
  }

  @Test
  void leaksAreReadFromTheirWord() {
    assertThat(Leaks.of("off")).isEqualTo(Leaks.OFF);
    assertThat(Leaks.of("Sampled")).isEqualTo(Leaks.SAMPLED);
    assertThat(Leaks.of("all")).isEqualTo(Leaks.ALL);
    assertThatThrownBy(() -> Leaks.of("paranoid")).hasMessageContaining("paranoid");
  }

  @Test
  void sampledLeaksRememberSome() throws IOException {
    try (FolioPool pool = open(PoolPlan.of(16 * MIB, 0).withLeaks(Leaks.SAMPLED))) {
      List<PageRef> held = new ArrayList<>();
      for (int i = 0; i < 16 * Leaks.SAMPLE_EVERY; i++) {
        held.add(pool.take(4096, FolioClass.RING));
      }
      assertThat(pool.complaints()).anyMatch(line -> line.contains("sampledLeaksRememberSome"));
      held.forEach(PageRef::close);
    }
  }
}
