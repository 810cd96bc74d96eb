package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// Memory that the ring knows in advance: used where it can be, and nothing depends on it.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FixedBuffersTest {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int BYTES = 256 << 10;

  @TempDir Path folder;

  /// A host whose lock limit is `most` bytes.
  private static Syscalls limited(long most) {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("ioUringRegister")
                  && (int) arguments[1] == 0
                  && Iovec.length((long) arguments[2], 0) > most) {
                return -Errno.ENOMEM;
              }
              try {
                return method.invoke(HOST, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Fd file(String name, int bytes) throws IOException {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      data[i] = Pattern.at(i);
    }
    Path path = Files.write(folder.resolve(name), data);
    Fd fd =
        Fd.of(
            HOST,
            HOST.openat2(Open.AT_FDCWD, path.toString(), Open.O_RDWR | Open.O_CLOEXEC, 0, 0),
            name,
            "openat2");
    HOST.fsync(fd.number());
    return fd;
  }

  /// On a virtual thread and past the page cache, so that the ring has to do it.
  private static long cold(Fd fd, java.util.concurrent.Callable<Long> call) throws Exception {
    HOST.fadvise(fd.number(), 0, 0, FileFlags.POSIX_FADV_DONTNEED);
    return Kind.VIRTUAL.start(call).get();
  }

  @Test
  void coldReadsIntoRegisteredMemoryAreFixedAndRight() throws Exception {
    try (RingEngine engine = Rings.openOrSkip(HOST);
        Mapping memory = Mapping.anonymous(HOST, BYTES, 0);
        Registration registration = engine.register(memory.address(), BYTES);
        Fd fd = file("cold", BYTES);
        Scratch iovec = new Scratch(2L * Iovec.SIZE)) {
      assertThat(registration.bytes()).isEqualTo(BYTES);
      assertThat(registration.why()).isEmpty();
      assertThat(engine.stats().registered()).isEqualTo(BYTES);
      long at = memory.address() + 4096;
      while (engine.stats().fixed() == 0) {
        assertThat(cold(fd, () -> engine.pread(fd, at, 8192, 100))).isEqualTo(8192);
        Pattern.verify(Memory.ALL.asSlice(at, 8192), 100);
      }
      long fixed = engine.stats().fixed();
      Iovec.set(iovec.address(), 0, at, 4096);
      while (engine.stats().fixed() == fixed) {
        assertThat(cold(fd, () -> engine.preadv(fd, iovec.address(), 1, 50))).isEqualTo(4096);
        Pattern.verify(Memory.ALL.asSlice(at, 4096), 50);
      }
      long end = memory.address() + BYTES - 4096;
      assertThat(cold(fd, () -> engine.pread(fd, end, 4096, BYTES - 10))).isEqualTo(10);
    }
  }

  @Test
  void aWriteOutOfRegisteredMemoryIsFixed() throws Exception {
    try (RingEngine engine = Rings.openOrSkip(HOST);
        Mapping memory = Mapping.anonymous(HOST, BYTES, 0);
        Registration registration = engine.register(memory.address(), BYTES);
        Fd fd = file("written", 8192)) {
      assertThat(registration.bytes()).isEqualTo(BYTES);
      Memory.ALL.asSlice(memory.address(), 4096).fill((byte) 7);
      // With O_DIRECT nothing is attempted on the spot.
      try (Fd direct =
          Fd.of(
              HOST,
              HOST.openat2(
                  Open.AT_FDCWD,
                  folder.resolve("written").toString(),
                  Open.O_RDWR | Open.O_CLOEXEC | Open.O_DIRECT,
                  0,
                  0),
              "written",
              "openat2")) {
        assertThat(cold(fd, () -> engine.pwrite(direct, memory.address(), 4096, 4096)))
            .isEqualTo(4096);
      }
      assertThat(engine.stats().fixed()).isEqualTo(1);
      assertThat(Files.readAllBytes(folder.resolve("written"))[5000]).isEqualTo((byte) 7);
    }
  }

  @Test
  void memoryThatTheRingDoesNotKnowIsReadPlainly() throws Exception {
    try (RingEngine engine = Rings.openOrSkip(HOST);
        Mapping memory = Mapping.anonymous(HOST, BYTES, 0);
        Fd fd = file("plain", BYTES)) {
      Registration registration = engine.register(memory.address(), BYTES / 2);
      long across = memory.address() + registration.bytes() - 1;
      assertThat(cold(fd, () -> engine.pread(fd, across, 4096, 0))).isEqualTo(4096);
      Pattern.verify(Memory.ALL.asSlice(across, 4096), 0);
      assertThat(engine.stats().fixed()).as("a byte of it is outside").isZero();
      registration.close();
      registration.close();
      assertThat(engine.stats().registered()).isZero();
      assertThat(cold(fd, () -> engine.pread(fd, memory.address(), 4096, 0))).isEqualTo(4096);
      assertThat(engine.stats().fixed()).isZero();
    }
  }

  @Test
  void aFileThatTakesPlainAddressesOnlyIsAskedAgain() throws Exception {
    try (RingEngine engine = Rings.openOrSkip(HOST);
        Mapping memory = Mapping.anonymous(HOST, BYTES, 0);
        Registration registration = engine.register(memory.address(), BYTES);
        Fd fd =
            Fd.of(
                HOST,
                HOST.openat2(
                    Open.AT_FDCWD, "/proc/self/pagemap", Open.O_RDONLY | Open.O_CLOEXEC, 0, 0),
                "pagemap",
                "openat2")) {
      assertThat(registration.bytes()).isEqualTo(BYTES);
      long entry = memory.address() / 4096 * 8;
      assertThat(cold(fd, () -> engine.pread(fd, memory.address(), 8, entry))).isEqualTo(8);
      assertThat(Memory.ALL.get(ValueLayout.JAVA_LONG, memory.address()))
          .as("present")
          .isNegative();
    }
  }

  @Test
  void aSmallLockLimitRegistersLessAndSaysSo() throws Exception {
    try (RingEngine engine = Rings.openOrSkip(limited(100 << 10));
        Mapping memory = Mapping.anonymous(HOST, BYTES, 0);
        Registration registration = engine.register(memory.address(), BYTES)) {
      assertThat(registration.bytes()).isEqualTo(64 << 10);
      assertThat(registration.why()).contains("ENOMEM", "length=" + BYTES, "ulimit -l");
      assertThat(registration.toString()).startsWith("64 KiB: ");
    }
  }

  @Test
  void noLockLimitAtAllIsNoError() throws Exception {
    try (RingEngine engine = Rings.openOrSkip(limited(0));
        Mapping memory = Mapping.anonymous(HOST, BYTES, 0);
        Registration registration = engine.register(memory.address(), BYTES);
        Fd fd = file("none", 4096)) {
      assertThat(registration.bytes()).isZero();
      assertThat(registration.why()).contains("ENOMEM");
      assertThat(cold(fd, () -> engine.pread(fd, memory.address(), 4096, 0))).isEqualTo(4096);
      assertThat(engine.stats().fixed()).isZero();
    }
  }

  @Test
  void oneRangeAtATimeAndNothingThatIsNoMemory() throws Exception {
    try (RingEngine engine = Rings.openOrSkip(HOST);
        Mapping memory = Mapping.anonymous(HOST, BYTES, 0)) {
      assertThatThrownBy(() -> engine.register(memory.address(), -1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> engine.register(0, BYTES)).hasMessageContaining("address=0x0");
      assertThat(engine.register(memory.address(), 4096).why()).contains("too little");
      Registration first = engine.register(memory.address(), BYTES);
      assertThat(first.bytes()).isEqualTo(BYTES);
      assertThat(engine.register(memory.address(), BYTES).why()).contains("other memory");
      first.close();
      Registration second = engine.register(memory.address(), BYTES);
      assertThat(second.bytes()).isEqualTo(BYTES);
      first.close();
      assertThat(engine.stats().registered()).as("a late close is of its own").isEqualTo(BYTES);
    }
  }

  @Test
  void aClosedEngineAndEpollRegisterNothing() throws Exception {
    try (Mapping memory = Mapping.anonymous(HOST, BYTES, 0);
        Engine epoll = Engine.open(HOST, Engine.Choice.EPOLL)) {
      assertThat(epoll.register(memory.address(), BYTES).why()).contains("epoll");
      assertThat(epoll.stats().registered()).isZero();
      RingEngine engine = Rings.openOrSkip(HOST);
      Registration registration = engine.register(memory.address(), BYTES);
      engine.close();
      registration.close();
      assertThat(engine.register(memory.address(), BYTES).why()).contains("closed");
    }
  }

  @Test
  void rule12_thePoolGivesUpWhatTheRingKnowsBeforeItsMemoryGoes() throws Exception {
    PoolPlan sized = PoolPlan.of(4 << 20, 2 << 20);
    PoolPlan plan =
        new PoolPlan(
            sized.terms(),
            0,
            2 << 20,
            sized.patience(),
            sized.waitingMax(),
            sized.leaks(),
            sized.clamps());
    try (RingEngine engine = Rings.openOrSkip(HOST);
        Fd fd = file("pooled", 64 << 10)) {
      FolioPool pool = FolioPool.open(HOST, plan);
      assertThat(pool.register(engine).bytes()).isPositive().isLessThanOrEqualTo(2 << 20);
      assertThatThrownBy(() -> pool.register(engine)).isInstanceOf(IllegalStateException.class);
      try (PageRef ref = pool.take(64 << 10, FolioClass.RING)) {
        while (engine.stats().fixed() == 0) {
          assertThat(cold(fd, () -> engine.pread(fd, ref.address(), 64 << 10, 0)))
              .isEqualTo(64 << 10);
        }
        Pattern.verify(ref.target(), 0);
      }
      try (PageRef gift = pool.take(4096, FolioClass.GIFT)) {
        long fixed = engine.stats().fixed();
        cold(fd, () -> engine.pread(fd, gift.address(), 4096, 0));
        assertThat(engine.stats().fixed())
            .as("rule 5: gift memory is never known")
            .isEqualTo(fixed);
      }
      pool.close();
      assertThat(engine.stats().registered()).isZero();
    }
  }
}
