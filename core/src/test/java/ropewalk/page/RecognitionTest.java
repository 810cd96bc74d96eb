package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;

/// A plain address is taken for the pool's only while somebody keeps its folio (rule 10).
final class RecognitionTest {

  private FolioPool pool;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 4 << 20));
  }

  @Test
  void everyByteOfAFolioOfEachSizeIsRecognised() throws IOException {
    for (FolioClass kind : FolioClass.values()) {
      for (int size = 4096; size <= 1 << 20; size <<= 1) {
        try (PageRef page = pool.take(size, kind)) {
          page.publish(size);
          for (int at : new int[] {0, 1, size / 2, size - 1}) {
            Folio found =
                Objects.requireNonNull(pool.tryPin(page.address() + at, size - at, false));
            assertThat(found).isSameAs(page.folio());
            assertThat(FolioWord.pins(found.wordAcquire())).isEqualTo(1);
            found.unpin();
          }
          assertThat(pool.tryPin(page.address() + 1, size, false)).as("beyond its end").isNull();
          assertThat(pool.tryPin(page.address() - 1, 2, false)).as("before its start").isNull();
        }
      }
    }
    pool.close();
  }

  @Test
  void aFolioThatNobodyKeepsIsAnybodys() throws IOException {
    PageRef page = pool.take(16384, FolioClass.RING);
    page.publish(16384);
    long address = page.address();
    page.close();
    assertThat(pool.tryPin(address, 16384, false)).isNull();
    assertThat(pool.tryPin(address, 1, true)).isNull();
    try (PageRef smaller = pool.take(4096, FolioClass.RING)) {
      smaller.publish(4096);
      assertThat(smaller.address()).as("the same place, in another size").isEqualTo(address);
      assertThat(pool.tryPin(address, 16384, false)).isNull();
      assertThat(pool.tryPin(address + 4096, 1, false)).isNull();
    }
    pool.close();
  }

  @Test
  @DisplayName("R-06: what was published is not pinned for writing")
  void publishedBytesAreNotWritten() throws IOException {
    try (PageRef page = pool.take(4096, FolioClass.GIFT)) {
      Folio fresh = Objects.requireNonNull(pool.tryPin(page.address(), 4096, true));
      assertThat(fresh).isSameAs(page.folio());
      assertThat(pool.tryPin(page.address(), 4096, false)).as("nothing to read yet").isNull();
      fresh.unpin();
      page.publish(100);
      assertThat(pool.tryPin(page.address(), 4096, true)).isNull();
      assertThat(page.folio().isPinned()).isFalse();
    }
    pool.close();
  }

  @Test
  void otherMemoryIsNotOurs() throws IOException {
    try (Arena arena = Arena.ofConfined();
        PageRef zeros = pool.zeros(100)) {
      assertThat(pool.tryPin(arena.allocate(64).address(), 64, false)).isNull();
      assertThat(pool.tryPin(zeros.address(), 100, false)).as("never pinned").isNull();
      assertThat(pool.tryPin(0, 1, false)).isNull();
      assertThat(pool.tryPin(-1, 1, false)).isNull();
      assertThat(pool.tryPin(Long.MAX_VALUE, Long.MAX_VALUE, false)).isNull();
    }
    try (PageRef page = pool.take(4096, FolioClass.RING)) {
      page.publish(4096);
      assertThat(pool.tryPin(page.address(), 0, false)).as("no byte, no pin").isNull();
      assertThat(pool.tryPin(page.address(), -1, false)).isNull();
    }
    pool.close();
  }

  /// One thread takes and releases folios of changing size at the same place, the other pins by
  /// address. A pin that is granted holds all the bytes it was asked for, and none is lost.
  @Test
  void recognisingAgainstRecycling() throws Exception {
    PageRef place = pool.take(1 << 20, FolioClass.RING);
    long address = place.address();
    place.close();
    AtomicBoolean over = new AtomicBoolean();
    Thread recycler =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 200_000; i++) {
                    PageRef page = pool.tryTake(4096 << i % 4, FolioClass.RING);
                    if (page != null) {
                      page.publish(page.length());
                      page.close();
                    }
                  }
                  over.set(true);
                });
    long pinned = 0;
    while (!over.get()) {
      Folio folio = pool.tryPin(address + 4096, 4096, false);
      if (folio != null) {
        pinned++;
        assertThat(folio.address()).isLessThanOrEqualTo(address + 4096);
        assertThat(folio.address() + folio.size()).isGreaterThanOrEqualTo(address + 8192);
        folio.unpin();
      }
    }
    recycler.join();
    assertThat(pool.complaints()).as("%d pins were granted", pinned).isEmpty();
    pool.close();
  }
}
