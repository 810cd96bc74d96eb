package ropewalk.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A number is closed once, when the last user has left, and never under a call.
class FdTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();

  private static Fd eventfd() throws LinuxException {
    return Fd.of(HOST, HOST.eventfd(0, Poll.EFD_CLOEXEC | Poll.EFD_NONBLOCK), "event", "eventfd");
  }

  private static boolean isOpenInTheKernel(Fd fd) {
    return HOST.fcntl(fd.number(), Fcntl.F_GETFD, 0) >= 0;
  }

  @Test
  void closeWaitsForNobodyAndTheLastUserCloses() throws Exception {
    Fd fd = eventfd();
    fd.enter();
    fd.enter();
    fd.close();
    assertThat(fd.isOpen()).isFalse();
    assertThat(isOpenInTheKernel(fd)).isTrue();
    assertThatThrownBy(fd::enter).isInstanceOf(ClosedChannelException.class);
    fd.exit();
    assertThat(isOpenInTheKernel(fd)).isTrue();
    fd.exit();
    assertThat(isOpenInTheKernel(fd)).isFalse();
    assertThatThrownBy(fd::exit).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void hooksRunOnceWhileTheNumberIsStillOurs() throws Exception {
    Fd fd = eventfd();
    List<String> ran = new ArrayList<>();
    Runnable off = () -> ran.add("taken away");
    fd.onClose(() -> ran.add("open in the kernel: " + isOpenInTheKernel(fd)));
    fd.onClose(off);
    fd.offClose(off);
    fd.offClose(off);
    fd.close();
    fd.close();
    fd.onClose(() -> ran.add("late"));
    assertThat(ran).containsExactly("open in the kernel: true", "late");
    assertThat(isOpenInTheKernel(fd)).isFalse();
  }

  @Test
  void aHookThatFailsDoesNotKeepTheNumber() throws Exception {
    Fd fd = eventfd();
    AtomicInteger ran = new AtomicInteger();
    fd.onClose(
        () -> {
          throw new IllegalStateException("hook");
        });
    fd.onClose(ran::incrementAndGet);
    assertThatThrownBy(fd::close).hasMessage("hook");
    assertThat(ran).hasValue(1);
    assertThat(isOpenInTheKernel(fd)).isFalse();
  }

  @Test
  void exitWithoutEnterIsCaught() throws Exception {
    try (Fd fd = eventfd()) {
      assertThatThrownBy(fd::exit).hasMessageContaining("exit without enter");
      assertThat(isOpenInTheKernel(fd)).isTrue();
      fd.enter();
      fd.exit();
    }
  }

  /// Users race with one closer: no call ever sees a number that is closed (or somebody else's).
  @Test
  void noCallSeesAClosedNumber() throws Exception {
    AtomicInteger wrong = new AtomicInteger();
    for (int round = 0; round < 300; round++) {
      Fd fd = eventfd();
      CountDownLatch start = new CountDownLatch(1);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> users = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          users.add(
              threads.submit(
                  () -> {
                    start.await();
                    for (int n = 0; n < 50; n++) {
                      int number;
                      try {
                        number = fd.enter();
                      } catch (ClosedChannelException e) {
                        return null;
                      }
                      try {
                        if (HOST.fcntl(number, Fcntl.F_GETFD, 0) < 0) {
                          wrong.incrementAndGet();
                        }
                      } finally {
                        fd.exit();
                      }
                    }
                    return null;
                  }));
        }
        start.countDown();
        fd.close();
        for (Future<?> user : users) {
          user.get();
        }
      }
      assertThat(isOpenInTheKernel(fd)).isFalse();
    }
    assertThat(wrong).hasValue(0);
  }

  @Test
  void messagesNameWhatWasAskedOfWhat() throws Exception {
    try (Fd fd = eventfd()) {
      LinuxException e =
          LinuxException.of(-Errno.EAGAIN, "splice", "fd", fd, "length", 65536, "flags", 0);
      assertThat(e)
          .hasMessage("splice(fd=" + fd.number() + " event, length=65536, flags=0): EAGAIN (11)");
      assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
      assertThat(e.call()).isEqualTo("splice");
    }
    assertThat(LinuxException.of(-Errno.ENOSYS, "io_uring_setup"))
        .hasMessage("io_uring_setup(): ENOSYS (38)");
    assertThat(Errno.name(-Errno.ECONNRESET)).isEqualTo("ECONNRESET");
    assertThat(Errno.name(999)).isEqualTo("errno 999");
    assertThatThrownBy(() -> LinuxException.of(3, "read"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
