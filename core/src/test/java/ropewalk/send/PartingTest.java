package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.linux.Fcntl;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.PageRef;

/// Sockets that are closed while the kernel holds pages.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PartingTest {
  private static boolean isOpen(int number) {
    return HostSyscalls.host().fcntl(number, Fcntl.F_GETFD, 0) >= 0;
  }

  private static SendEntry sent(SendQueue queue, PageRef page) {
    SendEntry entry = Queues.begin(queue);
    assertThat(entry.run(page, 0, page.length())).isTrue();
    entry.accepted(page.length());
    return entry;
  }

  @Test
  void theDescriptorStaysUntilTheLastNotification() throws Exception {
    try (Queues house = new Queues();
        PageRef page = house.page(4096)) {
      SendQueue queue = house.queue(1 << 20, 0);
      sent(queue, page);
      sent(queue, page);
      Parting parting = Queues.part(queue, false);
      assertThat(queue.part(false)).as("a second close").isNull();
      assertThat(queue.begin()).as("a send after the close").isNull();
      house.fd.close();
      parting.begin();
      int number = house.fd.number();
      assertThat(isOpen(number)).isTrue();
      queue.completed(1, 1, false);
      Thread.sleep(5);
      assertThat(isOpen(number)).isTrue();
      assertThat(page.folio().isPinned()).isTrue();
      synchronized (house.told) {
        house.told.add(new Queues.Told(0, 0, false));
      }
      while (isOpen(number)) {
        Thread.sleep(1);
      }
      assertThat(page.folio().isPinned()).isFalse();
      assertThat(queue.held()).isZero();
    }
  }

  @Test
  void withNothingOutItClosesAtOnce() throws Exception {
    try (Queues house = new Queues()) {
      SendQueue queue = house.queue(1 << 20, 0);
      Parting parting = Queues.part(queue, false);
      house.fd.close();
      assertThat(isOpen(house.fd.number())).isFalse();
      parting.begin();
    }
  }

  /// The engine's close makes the parting hurry, and waits for it: the notification comes late, but
  /// in time.
  @Test
  void theEngineWaitsForAParting() throws Exception {
    try (Queues house = new Queues();
        PageRef page = house.page(4096)) {
      SendQueue queue = house.queue(1 << 20, 0);
      sent(queue, page);
      Parting parting = Queues.part(queue, false);
      house.fd.close();
      parting.begin();
      CountDownLatch closed = new CountDownLatch(1);
      Thread closer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    house.engine.close();
                    closed.countDown();
                  });
      assertThat(closed.await(50, TimeUnit.MILLISECONDS)).as("pages are still held").isFalse();
      queue.completed(0, 0, false);
      closer.join();
      assertThat(page.folio().isPinned()).isFalse();
    }
  }

  /// A kernel that never says so: the engine closes all the same, and the page stays pinned.
  @Test
  void nobodyIsWaitedForForEver() throws Exception {
    try (Queues house = new Queues();
        PageRef page = house.page(4096)) {
      SendQueue queue = house.queue(1 << 20, 0);
      sent(queue, page);
      Parting parting = Queues.part(queue, true);
      house.fd.close();
      long begun = System.nanoTime();
      parting.begin();
      house.engine.close();
      assertThat(System.nanoTime() - begun).isGreaterThan(Parting.RESET_NANOS / 2);
      assertThat(page.folio().isPinned()).as("an end is no completion").isTrue();
      queue.completed(0, 0, false); // for the audit
    }
  }
}
