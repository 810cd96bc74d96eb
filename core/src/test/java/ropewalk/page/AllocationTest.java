package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.HeapMeter;

/// Rule 11: in steady state nothing is allocated on the Java heap. Counted, not timed.
final class AllocationTest {

  private static final int ROUNDS = 50_000;

  /// Room for what the virtual machine itself allocates in the thread's name meanwhile; one object
  /// a round would be twenty times as much.
  private static final double BYTES_PER_ROUND_MAX = 1.0;

  private static double bytesPerRound(HeapMeter.Work work) throws Exception {
    return HeapMeter.bytesPerRound(ROUNDS, work);
  }

  private static FolioPool open() throws IOException {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 2 << 20).withLeaks(Leaks.OFF));
  }

  @Test
  void lendAndReleaseAllocateNothing() throws Exception {
    try (FolioPool pool = open();
        PageRef owner = pool.take(4096, FolioClass.RING)) {
      owner.publish(4096);
      Account account = pool.account("peer", 1 << 20);
      assertThat(bytesPerRound(() -> owner.lend(0, 4096).close())).isLessThan(BYTES_PER_ROUND_MAX);
      assertThat(
              bytesPerRound(
                  () -> {
                    PageRef lent = owner.tryLend(0, 4096, account);
                    if (lent != null) {
                      lent.close();
                    }
                  }))
          .isLessThan(BYTES_PER_ROUND_MAX);
      assertThat(bytesPerRound(() -> owner.share().close())).isLessThan(BYTES_PER_ROUND_MAX);
    }
  }

  @Test
  void takeFillPublishAndReleaseAllocateNothing() throws Exception {
    try (FolioPool pool = open()) {
      assertThat(
              bytesPerRound(
                  () -> {
                    PageRef ref = pool.take(8192, FolioClass.RING);
                    PageRef head = ref.splitHead(100);
                    head.publish(100);
                    ref.publish(1);
                    head.close();
                    ref.close();
                  }))
          .isLessThan(BYTES_PER_ROUND_MAX);
    }
  }

  @Test
  void claimAndPublishAllocateNothing() throws Exception {
    try (FolioPool pool = open();
        PageRef owner = pool.take(4096, FolioClass.RING)) {
      owner.publish(4096);
      assertThat(
              bytesPerRound(
                  () -> {
                    if (owner.tryClaim()) {
                      owner.publish(4096);
                    }
                  }))
          .isLessThan(BYTES_PER_ROUND_MAX);
    }
  }

  @Test
  void theMeasureSeesAnAllocation() throws Exception {
    Object[] sink = new Object[1];
    assertThat(bytesPerRound(() -> sink[0] = new byte[16])).isGreaterThan(BYTES_PER_ROUND_MAX);
  }
}
