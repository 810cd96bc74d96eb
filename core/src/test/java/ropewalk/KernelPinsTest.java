package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.file.DirectFile;
import ropewalk.file.DirectIo;
import ropewalk.iov.IovIter;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.OnHost;

/// The kernel's own book of pins: as many were dropped as were taken, when the ring is closed. The
/// book is the machine's and a little late, so the balance is looked at until it is as it was. A
/// leak of ours shows each time, a pin of somebody else's now and then.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KernelPinsTest {
  private static final int PAGE = 4096;
  private static final int CALLS = 2000;

  /// What others leave pinned looks like a leak of ours, but not each time.
  private static final int ATTEMPTS = 4;

  private static final Path BOOK = Path.of("/proc/vmstat");

  @TempDir Path folder;

  /// Acquired and released since the machine started.
  private record Pins(long acquired, long released) {
    static Pins now() throws IOException {
      long acquired = -1;
      long released = -1;
      for (String line : Files.readAllLines(BOOK)) {
        if (line.startsWith("nr_foll_pin_acquired ")) {
          acquired = Long.parseLong(line.substring(line.indexOf(' ') + 1));
        } else if (line.startsWith("nr_foll_pin_released ")) {
          released = Long.parseLong(line.substring(line.indexOf(' ') + 1));
        }
      }
      return new Pins(acquired, released);
    }

    long held() {
      return acquired - released;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void asManyAreDroppedAsWereTaken(Engine.Choice choice) throws Exception {
    OnHost.file(BOOK.toString());
    assumeTrue(Pins.now().acquired >= 0, "this kernel does not count pins in /proc/vmstat");
    for (int attempt = 1; ; attempt++) {
      Pins before = Pins.now();
      use(choice);
      for (int i = 0; i < 30 && Pins.now().held() != before.held(); i++) {
        Thread.sleep(100);
      }
      Pins after = Pins.now();
      long taken = after.acquired() - before.acquired();
      assertThat(taken).as("pins that the kernel took").isGreaterThan(CALLS);
      if (after.held() == before.held()) {
        return;
      }
      if (attempt == ATTEMPTS) {
        Thread.sleep(1000);
        assumeTrue(after.equals(Pins.now()), "others pin pages: the machine is not idle");
        assertThat(after.released() - before.released()).as("dropped").isEqualTo(taken);
      }
    }
  }

  private void use(Engine.Choice choice) throws IOException {
    try (Ropewalk walk =
            Ropewalk.builder()
                .engine(choice)
                .cacheBytes(1 << 20)
                .plan(PoolPlan.of(4 << 20, 2 << 20))
                .open();
        DirectFile file =
            walk.direct(
                folder.resolve("f"),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE)) {
      work(walk, file);
    }
  }

  private static void work(Ropewalk walk, DirectFile file) throws IOException {
    List<PageRef> pages = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      pages.add(walk.pool().take(PAGE, FolioClass.RING));
    }
    byte[] odd = new byte[700];
    for (int i = 0; i < CALLS / 8; i++) {
      file.write(MemorySegment.ofArray(odd), i * 100L);
      file.read(IovIter.target(pages), 0);
    }
    file.truncate(64 * PAGE);
    file.write(MemorySegment.ofArray(new byte[64 * PAGE]), 0);
    try (DirectIo io = file.io(8)) {
      for (int i = 0; i < CALLS; i++) {
        io.read(i % 8, IovIter.target(List.of(pages.get(i % 8))), (i % 64) * (long) PAGE);
        if (i % 8 == 7) {
          io.await(8, Engine.FOREVER);
          while (io.next()) {
            assertThat(io.result()).isEqualTo(PAGE);
          }
        }
      }
      io.read(0, IovIter.target(pages), 0); // and some that are under way when it is closed
      io.submit();
    }
    pages.forEach(PageRef::close);
  }
}
