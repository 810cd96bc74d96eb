package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Kind.Running;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.fake.FakeRing;

/// Flights over a ring that fails and holds as told, and that writes down what nobody may do to a
/// kernel.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FlightFaultsTest {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int PAGE = 4096;
  private static final int BYTES = 64 * PAGE;

  /// Callers on one file: enough that a ceiling would show.
  private static final int CALLERS = 8;

  @TempDir Path folder;
  private final FakeRing ring = FakeRing.over(HOST);
  private final BlockingQueue<Long> landed = new LinkedBlockingQueue<>();
  private RingEngine engine;
  private Mapping memory;
  private Fd fd;

  @BeforeEach
  void open() throws IOException {
    engine = RingEngine.open(ring.calls());
    memory = Mapping.anonymous(HOST, BYTES, 0);
    Path path = Files.write(folder.resolve("file"), Pattern.bytes(0, BYTES));
    int flags = Open.O_RDWR | Open.O_DIRECT | Open.O_CLOEXEC;
    int number = HOST.openat2(Open.AT_FDCWD, path.toString(), flags, 0, 0);
    fd = Fd.of(ring.calls(), number, "file", "openat2");
  }

  @AfterEach
  void close() {
    ring.hold(false);
    ring.release(Integer.MAX_VALUE);
    engine.close();
    fd.close();
    memory.close();
    assertThat(ring.complaints()).isEmpty();
  }

  private long at(int page) {
    return memory.address() + (long) page * PAGE;
  }

  private Flight read(int page) throws IOException {
    return engine.startRead(fd, at(page), PAGE, (long) page * PAGE, landed::add);
  }

  @Test
  void eightCallersOnOneFileAreEightInFlight() throws Exception {
    ring.hold(true);
    List<Running<Long>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int page = i;
      callers.add(Kind.VIRTUAL.start(() -> engine.pread(fd, at(page), PAGE, (long) page * PAGE)));
    }
    ring.awaitHeld(CALLERS);
    for (int i = CALLERS; i < 2 * CALLERS; i++) {
      read(i);
    }
    ring.awaitHeld(2 * CALLERS);
    assertThat(engine.stats().submitted() - engine.stats().completed()).isEqualTo(2 * CALLERS);
    assertThat(ring.release(2 * CALLERS)).isEqualTo(2 * CALLERS);
    for (Running<Long> caller : callers) {
      assertThat(caller.get()).isEqualTo(PAGE);
    }
    for (int i = 0; i < CALLERS; i++) {
      assertThat(landed.take()).isEqualTo(PAGE);
    }
    Pattern.verify(Memory.segment(at(0), 2L * CALLERS * PAGE), 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EIO, Errno.ENOSPC})
  void errorsLand(int errno) throws Exception {
    ring.answerNext(-errno);
    read(0);
    assertThat(landed.take()).isEqualTo(-errno);
  }

  @Test
  void shortCountsLand() throws Exception {
    ring.cutNext(512);
    read(0);
    assertThat(landed.take()).isEqualTo(512);
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EINTR, Errno.ECANCELED, Errno.EAGAIN})
  void whatNobodyAskedForIsAskedAgain(int errno) throws Exception {
    ring.answerNext(-errno).answerNext(-errno);
    read(3);
    assertThat(landed.take()).isEqualTo(PAGE);
    Pattern.verify(Memory.segment(at(3), PAGE), 3 * PAGE);
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EAGAIN, Errno.EBUSY, Errno.EINTR})
  void anEnterThatWasRefusedIsMadeAgain(int errno) throws Exception {
    ring.refuseEnter(errno).refuseEnter(errno);
    read(0);
    assertThat(landed.take()).isEqualTo(PAGE);
  }

  @Test
  void aCancelIsNoLanding() throws Exception {
    ring.hold(true).cancelLate(true);
    Flight flight = read(0);
    flight.cancel();
    assertThat(flight.isOver()).isFalse();
    assertThat(landed).isEmpty();
    ring.cancelLate(false);
    flight.cancel();
    assertThat(landed.take()).isEqualTo(-Errno.ECANCELED);
    assertThat(flight.isOver()).isTrue();
    flight.cancel();
    Flight other = read(1);
    flight.cancel();
    assertThat(other.isOver()).as("a late cancel is of its own").isFalse();
    ring.release(1);
    assertThat(landed.take()).isEqualTo(PAGE);
  }

  @Test
  @DisplayName("R-47: a flight has its descriptor and its engine until it lands")
  void nothingGoesUnderAFlight() throws Exception {
    ring.hold(true);
    read(0);
    fd.close(); // the double complains if the number goes now
    Running<Void> closing =
        Kind.PLATFORM.start(
            () -> {
              engine.close(); // or if the ring does
              return null;
            });
    EngineContract.asleep(closing);
    assertThat(closing.isDone()).isFalse();
    ring.release(1);
    closing.get();
    assertThat(landed.poll()).as("it landed before the engine was closed").isEqualTo(PAGE);
  }

  @Test
  @DisplayName("R-55: an answer that comes twice lands once")
  void aSecondAnswerIsNobodys() throws Exception {
    ring.answerTwice(true);
    for (int i = 0; i < 3; i++) {
      read(i);
      assertThat(landed.take()).isEqualTo(PAGE);
    }
    engine.close();
    assertThat(landed).isEmpty();
    assertThat(engine.stats().completed()).isEqualTo(3);
  }

  @Test
  @DisplayName("R-56: registered memory stays until the last flight that uses it is answered")
  void theNodeOutlivesItsFlights() throws Exception {
    ring.hold(true);
    Registration registration = engine.register(at(0), BYTES);
    read(0);
    read(1);
    assertThat(engine.stats().fixed()).isEqualTo(2);
    registration.close(); // the double complains if the memory goes now
    registration.close();
    assertThat(ring.knowsMemory()).as("two use it").isTrue();
    read(2);
    assertThat(engine.stats().fixed()).as("given up is given up").isEqualTo(2);
    assertThat(engine.stats().registered()).isZero();
    assertThat(engine.register(at(0), BYTES).bytes()).as("not before it is gone").isZero();
    ring.release(1);
    assertThat(landed.take()).isEqualTo(PAGE);
    assertThat(ring.knowsMemory()).as("one still uses it").isTrue();
    ring.release(2);
    assertThat(landed.take()).isEqualTo(PAGE);
    assertThat(landed.take()).isEqualTo(PAGE);
    assertThat(ring.knowsMemory()).isFalse();
    assertThat(engine.register(at(0), BYTES).bytes()).isEqualTo(BYTES);
  }

  @Test
  void aFileThatTakesPlainAddressesOnlyIsAskedAgain() throws Exception {
    engine.register(at(0), BYTES);
    for (int errno : new int[] {Errno.EFAULT, Errno.EOPNOTSUPP, Errno.EINTR}) {
      ring.answerNext(-errno);
      read(0);
      assertThat(landed.take()).isEqualTo(PAGE);
    }
    assertThat(engine.stats().fixed()).isEqualTo(3);
  }
}
