package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// What every engine must do with calls that are begun and not waited for.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class FlightContract {
  static final Syscalls HOST = HostSyscalls.host();
  private static final int BYTES = 1 << 20;
  private static final int PAGE = 4096;
  private static final int MANY = 500;

  @TempDir Path folder;
  Engine engine;
  private Mapping memory;

  abstract Engine open() throws IOException;

  /// Whether counts are cut short and calls declined, by seed.
  boolean isFaulty() {
    return false;
  }

  @BeforeEach
  void openEngine() throws IOException {
    engine = open();
    memory = Mapping.anonymous(HOST, BYTES, 0);
  }

  @AfterEach
  void closeEngine() {
    if (engine != null) {
      engine.close();
    }
    if (memory != null) {
      memory.close();
    }
  }

  private Fd file(String name, int flags) throws IOException {
    Path path = folder.resolve(name);
    if (!Files.exists(path)) {
      Files.write(path, Pattern.bytes(0, BYTES));
    }
    return Fd.of(
        HOST,
        HOST.openat2(Open.AT_FDCWD, path.toString(), flags | Open.O_CLOEXEC, 0, 0),
        name,
        "openat2");
  }

  private long at(int page) {
    return memory.address() + (long) page * PAGE;
  }

  /// What landed, and by which thread.
  private record Landed(long result, Thread thread) {}

  private static CompletableFuture<Landed> landed(List<Flight> flights, Starting starting)
      throws IOException {
    CompletableFuture<Landed> future = new CompletableFuture<>();
    flights.add(
        starting.start(result -> future.complete(new Landed(result, Thread.currentThread()))));
    return future;
  }

  private interface Starting {
    Flight start(Landing landing) throws IOException;
  }

  private static CompletableFuture<Landed> landed(Starting starting) throws IOException {
    return landed(new ArrayList<>(), starting);
  }

  @Test
  void manyAreUnderWayOnOneFileAndEachLandsOnceWithItsBytes() throws Exception {
    Gen gen = Gen.seeded(3);
    AtomicInteger landings = new AtomicInteger();
    try (Fd fd = file("many", Open.O_RDONLY)) {
      for (int round = 0; round < MANY / 50; round++) {
        CountDownLatch all = new CountDownLatch(50);
        long[] results = new long[50];
        long[] offsets = new long[50];
        for (int i = 0; i < 50; i++) {
          int mine = i;
          offsets[i] = gen.in(0, BYTES - PAGE);
          engine.startRead(
              fd,
              at(i),
              PAGE,
              offsets[i],
              result -> {
                results[mine] = result;
                landings.incrementAndGet();
                all.countDown();
              });
        }
        all.await();
        for (int i = 0; i < 50; i++) {
          assertThat(results[i]).isBetween(isFaulty() ? 1L : PAGE, (long) PAGE);
          Pattern.verify(Memory.segment(at(i), results[i]), offsets[i]);
        }
      }
      assertThat(landings).hasValue(MANY);
    }
  }

  @Test
  void everyKindOfCallLands() throws Exception {
    try (Fd fd = file("kinds", Open.O_RDWR);
        Scratch iov = new Scratch(2L * Iovec.SIZE)) {
      Pattern.fill(Memory.segment(at(0), PAGE), 7);
      long written = landed(l -> engine.startWrite(fd, at(0), PAGE, 100, l)).get().result();
      assertThat(written).isBetween(1L, (long) PAGE);
      assertThat(landed(l -> engine.startFsync(fd, false, l)).get().result()).isZero();
      assertThat(landed(l -> engine.startFsync(fd, true, l)).get().result()).isZero();
      Iovec.set(iov.address(), 0, at(1), 100);
      Iovec.set(iov.address(), 1, at(2), PAGE);
      long read = landed(l -> engine.startReadv(fd, iov.address(), 2, 0, l)).get().result();
      assertThat(read).isBetween(1L, 100L + PAGE);
      if (!isFaulty()) {
        Pattern.verify(Memory.segment(at(1), 100), 0);
        Pattern.verify(Memory.segment(at(2), PAGE), 7);
      }
      long appended =
          landed(l -> engine.startWritev(fd, iov.address(), 2, BYTES, l)).get().result();
      assertThat(Files.size(folder.resolve("kinds"))).isEqualTo(BYTES + appended);
    }
  }

  @Test
  void whatTheKernelRefusesLandsAndWhatMakesNoSenseIsThrown() throws Exception {
    try (Fd fd = file("refused", Open.O_RDONLY);
        Ends pipe = Ends.pipe()) {
      assertThat(landed(l -> engine.startWrite(fd, at(0), PAGE, 0, l)).get().result())
          .isEqualTo(-Errno.EBADF);
      Landing never =
          result -> {
            throw new AssertionError("landed with " + result);
          };
      assertThatThrownBy(() -> engine.startRead(fd, at(0), -1, 0, never))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> engine.startRead(pipe.near(), at(0), 1, 0, never))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("ESPIPE");
      Fd closed = file("refused", Open.O_RDONLY);
      closed.close();
      assertThatThrownBy(() -> engine.startRead(closed, at(0), 1, 0, never))
          .isInstanceOf(ClosedChannelException.class);
      engine.close();
      assertThatThrownBy(() -> engine.startFsync(pipe.near(), false, never))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  /// The starter may hold locks that a landing wants.
  @Test
  void theStarterNeverLands() throws Exception {
    try (Fd fd = file("cached", Open.O_RDONLY)) {
      for (int i = 0; i < 100; i++) {
        Thread starter = Thread.currentThread();
        Landed landed = landed(l -> engine.startRead(fd, at(0), PAGE, 0, l)).get();
        assertThat(landed.thread()).isNotSameAs(starter);
        assertThat(landed.thread().getName()).startsWith("ropewalk-");
      }
    }
  }

  @Test
  void aLandingThatThrowsHarmsNobody() throws Exception {
    try (Fd fd = file("thrown", Open.O_RDONLY)) {
      CountDownLatch seen = new CountDownLatch(1);
      Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
      Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> seen.countDown());
      try {
        engine.startRead(
            fd,
            at(0),
            PAGE,
            0,
            result -> {
              throw new IllegalStateException("thrown by a landing");
            });
        seen.await();
      } finally {
        Thread.setDefaultUncaughtExceptionHandler(before);
      }
      assertThat(landed(l -> engine.startRead(fd, at(0), PAGE, 0, l)).get().result()).isPositive();
    }
  }

  @Test
  void aCancelledFlightLandsAllTheSame() throws Exception {
    try (Fd fd = file("cancelled", Open.O_RDONLY | (isFaulty() ? 0 : Open.O_DIRECT))) {
      for (int i = 0; i < 200; i++) {
        List<Flight> flights = new ArrayList<>();
        CompletableFuture<Landed> landed =
            landed(flights, l -> engine.startRead(fd, at(0), PAGE, 0, l));
        flights.getFirst().cancel();
        long result = landed.get().result();
        if (result != -Errno.ECANCELED) {
          assertThat(result).isBetween(1L, (long) PAGE);
        }
        flights.getFirst().cancel();
        assertThat(flights.getFirst().isOver()).isTrue();
      }
    }
  }

  @Test
  void closingTheEngineWaitsForFlights() throws Exception {
    AtomicInteger landings = new AtomicInteger();
    try (Fd fd = file("left", Open.O_RDONLY | (isFaulty() ? 0 : Open.O_DIRECT))) {
      for (int i = 0; i < 100; i++) {
        engine.startRead(fd, at(i), PAGE, (long) i * PAGE, result -> landings.incrementAndGet());
      }
      engine.close();
      assertThat(landings).hasValue(100);
    }
  }
}
