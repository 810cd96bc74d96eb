package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.HeapMeter;

/// Handles are used again, but not at once, and how many are open makes no difference to that.
final class HandlesTest {

  /// One object a round would be seventy times as much.
  private static final double BYTES_PER_ROUND_MAX = 1.0;

  private static FolioPool open() throws IOException {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0).withLeaks(Leaks.OFF));
  }

  private static PageRef published(FolioPool pool) throws IOException {
    PageRef owner = pool.take(4096, FolioClass.RING);
    owner.publish(4096);
    return owner;
  }

  @Test
  void aReleasedHandleRestsBeforeItsNextLife() throws IOException {
    try (FolioPool pool = open();
        PageRef owner = published(pool)) {
      for (int i = 0; i < 1000; i++) {
        owner.lend(0, 1).close();
      }
      PageRef released = owner.lend(0, 1);
      released.close();
      int generation = released.generation();
      for (int i = 0; i < Handles.QUARANTINE - 1; i++) {
        PageRef other = owner.lend(0, 1);
        assertThat(other).isNotSameAs(released);
        assertThatThrownBy(released::close).hasMessageContaining("released PageRef");
        other.close();
      }
      assertThat(released.generation()).isEqualTo(generation);
      for (int i = 0; i < 1000 && released.generation() == generation; i++) {
        owner.lend(0, 1).close();
      }
      assertThat(released.generation()).as("used again after its rest").isNotEqualTo(generation);
    }
  }

  /// However long it was held: also one that the next take would have looked at.
  @Test
  void aHandleRestsFromItsReleaseOn() throws IOException {
    try (FolioPool pool = open();
        PageRef owner = published(pool)) {
      for (int i = 0; i < 1000; i++) {
        owner.lend(0, 1).close();
      }
      for (int held = 0; held < 4 * Handles.QUARANTINE; held++) {
        PageRef released = owner.lend(0, 1);
        for (int i = 0; i < held; i++) {
          owner.lend(0, 1).close();
        }
        released.close();
        for (int i = 0; i < Handles.QUARANTINE - 1; i++) {
          PageRef other = owner.lend(0, 1);
          assertThat(other).as("held for %d takes", held).isNotSameAs(released);
          other.close();
          assertThatThrownBy(released::close).hasMessageContaining("released PageRef");
        }
      }
    }
  }

  @Test
  void aLongQueueOfLoansAllocatesNothing() throws Exception {
    try (FolioPool pool = open();
        PageRef owner = published(pool)) {
      ArrayDeque<PageRef> queue = new ArrayDeque<>();
      for (int i = 0; i < 1000; i++) {
        queue.addLast(owner.lend(0, 1));
      }
      HeapMeter.Work round =
          () -> {
            queue.addLast(owner.lend(0, 1));
            queue.removeFirst().close();
          };
      for (int i = 0; i < 20_000; i++) {
        round.run();
      }
      assertThat(HeapMeter.bytesPerRound(20_000, round)).isLessThan(BYTES_PER_ROUND_MAX);
      queue.forEach(PageRef::close);
    }
  }

  @Test
  void handlesThatAreKeptForLongDoNotStandInTheWay() throws Exception {
    try (FolioPool pool = open();
        PageRef owner = published(pool)) {
      List<PageRef> kept = new ArrayList<>();
      for (int i = 0; i < 3 * Handles.STRIPE_MAX; i++) {
        kept.add(owner.lend(0, 1));
      }
      HeapMeter.Work round = () -> owner.lend(0, 1).close();
      for (int i = 0; i < 20_000; i++) {
        round.run();
      }
      assertThat(HeapMeter.bytesPerRound(20_000, round)).isLessThan(BYTES_PER_ROUND_MAX);
      kept.forEach(PageRef::close);
    }
  }
}
