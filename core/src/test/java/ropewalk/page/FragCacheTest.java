package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Abi;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.HeapMeter;

/// The fragment allocator: small pieces, each with a reference of its own.
final class FragCacheTest {

  private static final int MIB = 1 << 20;
  private static final int HALF = Abi.pageSize() / 2;

  private static FolioPool open() throws IOException {
    return FolioPool.open(
        HostSyscalls.host(),
        PoolPlan.of(2 * MIB, 2 * MIB).withPatience(Duration.ZERO).withLeaks(Leaks.OFF));
  }

  @Test
  void piecesAreCutSideBySideRoundedToEight() throws IOException {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.RING);
        PageRef first = cache.alloc(1);
        PageRef second = cache.alloc(13);
        PageRef third = cache.alloc(8)) {
      assertThat(first.length()).isEqualTo(1);
      assertThat(second.length()).isEqualTo(13);
      assertThat(second.folio()).isSameAs(first.folio());
      assertThat(second.address()).isEqualTo(first.address() + 8);
      assertThat(third.address()).isEqualTo(second.address() + 16);
      assertThat(first.isWritable()).isTrue();
      assertThat(first.provenance()).isEqualTo(Provenance.OWNED);
      assertThat(first.folio().kind()).isEqualTo(FolioClass.RING);
    }
  }

  @Test
  void aPieceHasBetweenOneByteAndHalfAPage() throws IOException {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.GIFT)) {
      assertThat(cache.max()).isEqualTo(HALF);
      cache.alloc(HALF).close();
      for (int bytes : new int[] {Integer.MIN_VALUE, -1, 0, HALF + 1, Integer.MAX_VALUE}) {
        assertThatThrownBy(() -> cache.alloc(bytes))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("alloc(" + bytes + ")")
            .hasMessageContaining("" + HALF);
        assertThatThrownBy(() -> cache.tryAlloc(bytes))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void publishedPiecesAreFrozenWhileTheRestIsFilled() throws IOException {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.RING);
        PageRef head = cache.alloc(8)) {
      head.target().set(ValueLayout.JAVA_LONG, 0, 42);
      head.publish(8);
      try (PageRef lent = head.lend(0, 8);
          PageRef next = cache.alloc(8)) {
        assertThat(next.folio()).as("beside what is on loan").isSameAs(head.folio());
        next.target().set(ValueLayout.JAVA_LONG, 0, 7);
        assertThat(lent.bytes().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        assertThatThrownBy(head::target).hasMessageContaining("frozen");
        assertThat(head.trySteal()).as("others hold the folio").isFalse();
        assertThat(head.tryClaim()).isFalse();
        assertThat(next.tryLend(0, 8)).as("not published yet").isNull();
      }
    }
  }

  @Test
  void anExhaustedFolioLivesByItsPiecesAlone() throws IOException {
    try (FolioPool pool = open()) {
      PageRef kept;
      try (FragCache cache = FragCache.open(pool, FolioClass.RING)) {
        kept = cache.alloc(8);
        Folio folio = kept.folio();
        PageRef other = cache.alloc(HALF);
        other.close();
        other = cache.alloc(HALF);
        assertThat(other.folio()).as("the next page").isNotSameAs(folio);
        other.close();
        assertThat(FolioWord.references(folio.wordAcquire())).isEqualTo(1);
        kept.publish(8);
        assertThat(kept.tryClaim()).as("alone now").isTrue();
        kept.publish(8);
      }
      assertThat(pool.stats().ringTotal() - pool.stats().ringFree()).isEqualTo(Abi.pageSize());
      kept.close();
      assertThat(pool.complaints()).isEmpty();
    }
  }

  @Test
  void closingReturnsCurrentAndSpareAndNoMorePiecesAreCut() throws IOException {
    try (FolioPool pool = open()) {
      FragCache cache = FragCache.open(pool, FolioClass.RING);
      cache.alloc(100).close();
      cache.alloc(100).close();
      assertThat(pool.stats().ringTotal() - pool.stats().ringFree())
          .as("a current folio and a spare")
          .isEqualTo(2L * Abi.pageSize());
      cache.close();
      cache.close();
      assertThat(pool.complaints()).isEmpty();
      assertThatThrownBy(() -> cache.alloc(8))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("alloc(8) of a closed FragCache");
      assertThatThrownBy(() -> cache.tryAlloc(8)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anEmptyPoolIsARefusalAndASpareServesBeforeThat() throws IOException {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.RING)) {
      cache.alloc(8).close();
      cache.alloc(8).close();
      List<PageRef> all = new ArrayList<>();
      for (PageRef ref = pool.tryTake(4096, FolioClass.RING);
          ref != null;
          ref = pool.tryTake(4096, FolioClass.RING)) {
        all.add(ref);
      }
      List<PageRef> pieces = new ArrayList<>();
      for (PageRef piece = cache.tryAlloc(HALF); piece != null; piece = cache.tryAlloc(HALF)) {
        pieces.add(piece);
      }
      assertThat(pieces).as("one of the rest, two of the spare").hasSize(3);
      assertThatThrownBy(() -> cache.alloc(HALF))
          .isInstanceOf(PoolRefusal.class)
          .hasMessageContaining("0 KiB free");
      all.removeLast().close();
      pieces.add(cache.alloc(HALF));
      pieces.forEach(PageRef::close);
      all.forEach(PageRef::close);
    }
  }

  @Test
  void allocWaitsItsTurn() throws Exception {
    try (FolioPool pool =
            FolioPool.open(
                HostSyscalls.host(), PoolPlan.of(2 * MIB, 0).withPatience(Duration.ofSeconds(20)));
        FragCache cache = FragCache.open(pool, FolioClass.RING)) {
      PageRef whole = pool.take(2 * MIB, FolioClass.RING);
      AtomicReference<@Nullable Object> got = new AtomicReference<>();
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (PageRef piece = cache.alloc(8)) {
                      got.set(piece.length());
                    } catch (IOException e) {
                      got.set(e);
                    }
                  });
      while (pool.stats().waiting() == 0) {
        Thread.onSpinWait();
      }
      whole.close();
      waiter.join();
      assertThat(got.get()).isEqualTo(8);
    }
  }

  @Test
  void aBadPageIsAbandoned() throws IOException {
    FolioPool pool = open();
    FragCache cache = FragCache.open(pool, FolioClass.RING);
    PageRef first = cache.alloc(8);
    first.folio().poison();
    PageRef second = cache.alloc(8);
    assertThat(second.folio()).isNotSameAs(first.folio());
    first.close();
    second.close();
    cache.close();
    assertThat(pool.stats().quarantined()).isEqualTo(Abi.pageSize());
    pool.close();
  }

  @Test
  void seededProgramsNeverOverlapAndLeaveNothing() {
    Gen.check(
        200,
        gen -> {
          try (FolioPool pool = open();
              FragCache cache = FragCache.open(pool, FolioClass.RING)) {
            ArrayDeque<PageRef> live = new ArrayDeque<>();
            for (int i = 0; i < 300; i++) {
              if (live.size() > 100 || (!live.isEmpty() && gen.oneIn(3))) {
                demandTagged(live.removeFirst());
              } else {
                PageRef piece = cache.alloc((int) gen.edgy(1, HALF));
                piece.target().fill((byte) tag(piece));
                piece.publish(piece.length());
                live.addLast(piece);
              }
            }
            live.forEach(FragCacheTest::demandTagged);
          }
        });
  }

  private static int tag(PageRef piece) {
    return (int) (piece.address() >>> 3) * 31 + piece.length();
  }

  private static void demandTagged(PageRef piece) {
    byte tag = (byte) tag(piece);
    for (int i = 0; i < piece.length(); i++) {
      assertThat(piece.bytes().get(ValueLayout.JAVA_BYTE, i)).isEqualTo(tag);
    }
    piece.close();
  }

  @Test
  void manyThreadsCutAndReleaseAndTheHouseIsFullAfterwards() throws Exception {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.RING)) {
      List<Thread> threads = new ArrayList<>();
      AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
      AtomicReference<@Nullable PageRef> stage = new AtomicReference<>();
      for (int i = 0; i < 4; i++) {
        int me = i;
        Runnable body =
            () -> {
              try {
                for (int round = 0; round < 20_000; round++) {
                  PageRef piece = cache.alloc(1 + (round * 37 + me) % 256);
                  piece.target().fill((byte) tag(piece));
                  piece.publish(piece.length());
                  PageRef other = stage.getAndSet(piece);
                  if (other != null) {
                    demandTagged(other);
                  }
                }
              } catch (Throwable e) {
                failed.set(e);
              }
            };
        threads.add(i % 2 == 0 ? Thread.ofPlatform().start(body) : Thread.ofVirtual().start(body));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failed.get()).isNull();
      Objects.requireNonNull(stage.get()).close();
    }
  }

  @Test
  void aHeaderAllocatesNothingOnTheHeap() throws Exception {
    try (FolioPool pool = open();
        FragCache cache = FragCache.open(pool, FolioClass.RING)) {
      double bytes = HeapMeter.bytesPerRound(50_000, () -> cache.alloc(128).close());
      assertThat(bytes).isLessThan(1.0);
    }
  }
}
