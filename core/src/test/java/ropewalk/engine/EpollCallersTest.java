package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Mapping;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Pattern;

/// Where there is no ring, too, as many callers are inside of one open file as come, up to the
/// number of workers; [FlightFaultsTest] has the ring.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EpollCallersTest {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int CALLERS = 8;
  private static final int PAGE = 4096;

  @TempDir Path folder;

  /// A host whose pread waits until as many are inside of it.
  private static Syscalls together(CyclicBarrier inside) {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("pread")) {
                inside.await();
              }
              try {
                return method.invoke(HOST, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  @Test
  void eightCallersOnOneFileAreEightInFlight() throws Exception {
    BlockingQueue<Long> landed = new LinkedBlockingQueue<>();
    Path path = Files.write(folder.resolve("file"), Pattern.bytes(0, CALLERS * PAGE));
    int number = HOST.openat2(Open.AT_FDCWD, path.toString(), Open.O_RDONLY | Open.O_CLOEXEC, 0, 0);
    try (Engine engine = Engine.open(together(new CyclicBarrier(CALLERS)), Engine.Choice.EPOLL);
        Fd fd = Fd.of(HOST, number, "file", "openat2");
        Mapping memory = Mapping.anonymous(HOST, CALLERS * PAGE, 0)) {
      for (int i = 0; i < CALLERS; i++) {
        long offset = (long) i * PAGE;
        engine.startRead(fd, memory.address() + offset, PAGE, offset, landed::add);
      }
      for (int i = 0; i < CALLERS; i++) {
        assertThat(landed.take()).isEqualTo(PAGE);
      }
      Pattern.verify(memory.segment(), 0);
    }
  }
}
