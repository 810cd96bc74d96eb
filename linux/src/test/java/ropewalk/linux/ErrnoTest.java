package ropewalk.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/// Each call gets its own errno, however many threads are in calls at the same time.
class ErrnoTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();

  /// Calls that fail in different ways, and what each must answer.
  private static final List<IntSupplier> CALLS =
      List.of(
          () -> HOST.close(-1) + Errno.EBADF,
          () -> HOST.munmap(1, 1) + Errno.EINVAL,
          () -> (int) HOST.pipe2(-1) + Errno.EINVAL,
          () -> HOST.openat2(Open.AT_FDCWD, "/none", 0, 0, 0) + Errno.ENOENT,
          () -> HOST.openat2(Open.AT_FDCWD, "/", Open.O_RDWR, 0, 0) + Errno.EISDIR,
          () -> HOST.socket(999, 1, 0) + Errno.EAFNOSUPPORT,
          () -> HOST.uname(1) + Errno.EFAULT,
          () -> (int) HOST.splice(-1, 3, -1, 4, 1, 0) + Errno.EBADF,
          () -> HOST.poll(0, 0, 0));

  private static void hammer(ExecutorService threads, int count, int rounds) throws Exception {
    AtomicInteger wrong = new AtomicInteger();
    try (threads) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < count; t++) {
        int start = t;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    if (CALLS.get((start + i) % CALLS.size()).getAsInt() != 0) {
                      wrong.incrementAndGet();
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(wrong).hasValue(0);
  }

  @Test
  void platformThreadsGetTheirOwn() throws Exception {
    hammer(Executors.newFixedThreadPool(16), 16, 2_000);
  }

  @Test
  void virtualThreadsGetTheirOwn() throws Exception {
    hammer(Executors.newVirtualThreadPerTaskExecutor(), 200, 200);
  }

  /// More calls at once than there are cells: the rest make their own, and all come back.
  @Test
  void cellsBeyondThePoolAreMadeAndFreed() {
    List<Cell> taken = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Cell cell = Cell.take();
      cell.first(i);
      taken.add(cell);
    }
    assertThat(taken.stream().map(cell -> cell.segment.address()).distinct()).hasSize(200);
    for (int i = 0; i < 200; i++) {
      assertThat(taken.get(i).pair()).isEqualTo(i);
      taken.get(i).give();
    }
    Cell first = Cell.take();
    first.give();
    Cell again = Cell.take();
    assertThat(again).as("a cell that was given back is taken again").isSameAs(first);
    again.give();
  }

  @Test
  void namesAreKnownBothWays() {
    assertThat(Errno.name(Errno.EAGAIN)).isEqualTo("EAGAIN");
    assertThat(Errno.name(-Errno.EHWPOISON)).isEqualTo("EHWPOISON");
    assertThat(Errno.name(0)).isEqualTo("errno 0");
    assertThat(Errno.name(41)).isEqualTo("errno 41");
  }
}
