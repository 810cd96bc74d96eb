package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.uring.Uring;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.fake.FakeRing;

/// A lane over a ring that fails, holds and denies as told, and that writes down what nobody may do
/// to a kernel.
final class LaneFaultsTest extends LaneRoom {
  private final FakeRing ring = FakeRing.over(HOST);

  @Override
  Engine openEngine() throws IOException {
    return Engine.open(ring.calls(), Engine.Choice.IO_URING);
  }

  @AfterEach
  void nobodyDidWhatNobodyMay() {
    assertThat(ring.complaints()).isEmpty();
  }

  @Test
  void shortCountsAreAnswers() throws Exception {
    try (Fd fd = file("short", Open.O_RDONLY);
        Scratch iov = new Scratch(2L * Iovec.SIZE)) {
      ring.cutNext(100);
      lane.read(0, fd, at(0), PAGE, 0);
      takeOne();
      assertThat(lane.result()).isEqualTo(100);
      Iovec.set(iov.address(), 0, at(0), 60);
      Iovec.set(iov.address(), 1, at(PAGE), PAGE);
      ring.cutNext(100);
      lane.readv(0, fd, iov.address(), 2, 0);
      takeOne();
      assertThat(lane.result()).isEqualTo(100);
      Pattern.verify(bytes(PAGE, 40), 60);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EIO, Errno.ENOSPC, Errno.EINVAL, Errno.EFBIG})
  void errorsAreAnswers(int errno) throws Exception {
    try (Fd fd = file("errors", Open.O_RDWR)) {
      ring.answerNext(-errno);
      lane.write(7, fd, at(0), PAGE, 0);
      takeOne();
      assertThat(lane.tag()).isEqualTo(7);
      assertThat(lane.result()).isEqualTo(-errno);
      assertThat(lane.stats().resubmitted()).isZero();
    }
  }

  /// A signal, or a request that died with something that had nothing to do with it.
  @ParameterizedTest
  @ValueSource(ints = {Errno.EINTR, Errno.ECANCELED})
  void whatNobodyAskedForIsAskedAgain(int errno) throws Exception {
    try (Fd fd = file("again", Open.O_RDONLY)) {
      ring.answerNext(-errno).answerNext(-errno);
      lane.read(0, fd, at(0), PAGE, 0);
      lane.read(1, fd, at(PAGE), PAGE, PAGE);
      assertThat(lane.await(2, Engine.FOREVER)).isEqualTo(2);
      for (int i = 0; i < 2; i++) {
        assertThat(lane.next()).isTrue();
        assertThat(lane.result()).isEqualTo(PAGE);
      }
      Pattern.verify(bytes(0, 2L * PAGE), 0);
      assertThat(lane.stats().resubmitted()).isEqualTo(2);
    }
  }

  @Test
  void aFileThatWouldRatherNotWaitIsReadPlainly() throws Exception {
    try (Fd fd = file("nonblocking", Open.O_RDONLY)) {
      ring.answerNext(-Errno.EAGAIN);
      lane.read(0, fd, at(0), PAGE, 5);
      takeOne();
      assertThat(lane.result()).isEqualTo(PAGE);
      Pattern.verify(bytes(0, PAGE), 5);
    }
  }

  /// The kernel was out of something, had no room for completions, or a signal came.
  @ParameterizedTest
  @ValueSource(ints = {Errno.EAGAIN, Errno.EBUSY, Errno.EINTR})
  void anEnterThatWasRefusedIsMadeAgain(int errno) throws Exception {
    try (Fd fd = file("entered", Open.O_RDONLY)) {
      for (int tag = 0; tag < DEPTH; tag++) {
        lane.read(tag, fd, at(page(tag)), PAGE, page(tag));
      }
      ring.refuseEnter(errno).refuseEnter(errno);
      assertThat(lane.submit()).isEqualTo(DEPTH);
      ring.refuseEnter(errno);
      assertThat(lane.await(DEPTH, Engine.FOREVER)).isEqualTo(DEPTH);
      Pattern.verify(bytes(0, page(DEPTH)), 0);
    }
  }

  @Test
  void aRingThatIsBrokenSaysSo() throws Exception {
    try (Fd fd = file("broken", Open.O_RDONLY)) {
      lane.read(0, fd, at(0), PAGE, 0);
      ring.refuseEnter(Errno.EBADF);
      assertThatThrownBy(() -> lane.await(1, Engine.FOREVER))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("io_uring_enter");
      takeOne();
      assertThat(lane.result()).isEqualTo(PAGE);
    }
  }

  /// Cancels take entries too, so more may be prepared than fit.
  @Test
  void moreThanFitsIsHandedOverOnTheWay() throws Exception {
    ring.hold(true);
    try (Fd fd = file("full", Open.O_RDONLY)) {
      for (int tag = 0; tag < DEPTH; tag++) {
        lane.read(tag, fd, at(page(tag)), PAGE, page(tag));
      }
      for (int tag = 0; tag < DEPTH; tag += 2) {
        lane.cancel(tag);
      }
      assertThat(ring.held()).as("the ring has %d entries", DEPTH).isEqualTo(DEPTH);
      lane.submit();
      ring.release(DEPTH);
      assertThat(lane.await(DEPTH, Engine.FOREVER)).isEqualTo(DEPTH);
      while (lane.next()) {
        assertThat(lane.result()).isEqualTo(lane.tag() % 2 == 0 ? -Errno.ECANCELED : PAGE);
      }
    }
  }

  @Test
  void aCancelIsNoAnswer() throws Exception {
    ring.hold(true);
    try (Fd fd = file("cancelled", Open.O_RDONLY)) {
      lane.read(0, fd, at(0), PAGE, 0);
      lane.read(1, fd, at(PAGE), PAGE, PAGE);
      lane.submit();
      lane.cancel(0);
      assertThat(lane.await(2, Engine.in(10_000_000))).isEqualTo(1);
      assertThat(lane.next()).isTrue();
      assertThat(lane.tag()).isZero();
      assertThat(lane.result()).isEqualTo(-Errno.ECANCELED);
      ring.cancelLate(true);
      lane.cancel(1);
      assertThat(lane.await(1, Engine.in(10_000_000))).as("it was too late").isZero();
      assertThat(lane.inFlight()).isEqualTo(1);
      ring.release(1);
      takeOne();
      assertThat(lane.result()).as("and the result is the answer").isEqualTo(PAGE);
    }
  }

  @Test
  void whatIsAskedAgainCanStillBeCancelled() throws Exception {
    ring.hold(true);
    try (Fd fd = file("raced", Open.O_RDONLY)) {
      ring.answerNext(-Errno.EINTR);
      lane.read(0, fd, at(0), PAGE, 0);
      lane.cancel(0);
      takeOne();
      assertThat(lane.result()).isEqualTo(-Errno.ECANCELED);
    }
  }

  @Test
  void aDeadlineEndsTheWaitAndNothingElse() throws Exception {
    ring.hold(true);
    try (Fd fd = file("late", Open.O_RDONLY)) {
      lane.read(0, fd, at(0), PAGE, 0);
      assertThat(lane.await(1, Engine.in(5_000_000))).isZero();
      assertThat(lane.await(1, Engine.in(-1))).isZero();
      assertThat(lane.next()).isFalse();
      ring.release(1);
      takeOne();
      assertThat(lane.result()).isEqualTo(PAGE);
    }
  }

  @Test
  @DisplayName("R-47: what is in flight has its descriptor until it is answered and taken")
  void theNumberIsNotReusedUnderARequest() throws Exception {
    ring.hold(true);
    Fd fd = file("guarded", Open.O_RDONLY);
    Fd same = new Fd(ring.calls(), HOST.fcntl(fd.number(), 0, 0), "the same by the double");
    lane.read(0, same, at(0), PAGE, 0);
    lane.submit();
    same.close(); // the double complains if the number goes now
    fd.close();
    ring.release(1);
    takeOne();
    assertThat(lane.result()).isEqualTo(PAGE);
    Pattern.verify(bytes(0, PAGE), 0);
  }

  @Test
  @DisplayName(
      "R-47: a lane that closes waits for every answer, also where a cancel comes too late")
  void closingWaitsForWhatCannotBeStopped() throws Exception {
    ring.hold(true).cancelLate(true);
    try (Fd fd = file("unstoppable", Open.O_RDONLY)) {
      for (int tag = 0; tag < 3; tag++) {
        lane.read(tag, fd, at(page(tag)), PAGE, page(tag));
      }
      lane.submit();
      AtomicBoolean isClosed = new AtomicBoolean();
      Thread disk =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!isClosed.get()) {
                      ring.release(ring.enters() < 2 ? 0 : 1); // when the lane has cancelled
                    }
                  });
      lane.close(); // the double complains if the ring goes before its requests
      isClosed.set(true);
      disk.join();
      Pattern.verify(bytes(0, page(3)), 0);
    }
  }

  @Test
  @DisplayName(
      "R-49, R-56: registered memory stays until the last request that uses it is answered")
  void theNodeOutlivesItsRequests() throws Exception {
    ring.hold(true);
    try (Fd fd = file("noded", Open.O_RDONLY)) {
      Registration registration = lane.register(at(0), BYTES / 2);
      lane.read(0, fd, at(0), PAGE, 0);
      lane.read(1, fd, at(PAGE), PAGE, PAGE);
      lane.submit();
      registration.close(); // the double complains if the memory goes now
      lane.read(2, fd, at(page(2)), PAGE, page(2));
      lane.submit();
      assertThat(lane.stats().fixed()).as("given up is given up").isEqualTo(2);
      assertThat(ring.knowsMemory()).isTrue();
      ring.release(1);
      assertThat(lane.await(1, Engine.FOREVER)).isEqualTo(1);
      assertThat(ring.knowsMemory()).as("one still uses it").isTrue();
      ring.release(1);
      assertThat(lane.await(2, Engine.FOREVER)).isEqualTo(2);
      assertThat(ring.knowsMemory()).isFalse();
      ring.release(1);
      assertThat(lane.await(3, Engine.FOREVER)).isEqualTo(3);
      while (lane.next()) {
        assertThat(lane.result()).isEqualTo(PAGE);
      }
      Pattern.verify(bytes(0, page(3)), 0);
      assertThat(lane.register(at(0), BYTES / 2).bytes()).isEqualTo(BYTES / 2);
    }
  }

  @Test
  @DisplayName(
      "R-56: a request that is asked again does not use memory that was given up meanwhile")
  void whatIsAskedAgainIsPlain() throws Exception {
    try (Fd fd = file("fallen", Open.O_RDONLY)) {
      Registration registration = lane.register(at(0), BYTES);
      ring.answerNext(-Errno.EINTR).answerNext(-Errno.EFAULT).answerNext(-Errno.EOPNOTSUPP);
      for (int tag = 0; tag < 3; tag++) {
        lane.read(tag, fd, at(page(tag)), PAGE, page(tag));
      }
      registration.close();
      assertThat(lane.await(3, Engine.FOREVER)).isEqualTo(3);
      while (lane.next()) {
        assertThat(lane.result()).isEqualTo(PAGE);
      }
      Pattern.verify(bytes(0, page(3)), 0);
      assertThat(ring.knowsMemory()).isFalse();
    }
  }

  @Test
  @DisplayName("R-55: an answer that comes twice is given once")
  void aSecondAnswerIsNobodys() throws Exception {
    ring.answerTwice(true);
    try (Fd fd = file("twice", Open.O_RDONLY)) {
      for (int i = 0; i < 3; i++) {
        lane.read(0, fd, at(0), PAGE, page(i));
        lane.read(1, fd, at(PAGE), 10, page(i));
        assertThat(lane.await(2, Engine.FOREVER)).isEqualTo(2);
        assertThat(lane.next()).isTrue();
        assertThat(lane.result()).isEqualTo(lane.tag() == 0 ? PAGE : 10);
        assertThat(lane.next()).isTrue();
        assertThat(lane.next()).isFalse();
      }
      assertThat(lane.inFlight()).isZero();
      assertThat(lane.stats().answered()).isEqualTo(6);
    }
  }

  /// Kernels of before 6.1 and 5.19 know less.
  @ParameterizedTest
  @ValueSource(
      ints = {
        Uring.IORING_SETUP_DEFER_TASKRUN,
        Uring.IORING_SETUP_DEFER_TASKRUN | Uring.IORING_SETUP_COOP_TASKRUN
      })
  void anOlderKernelGivesALaneToo(int unknown) throws Exception {
    ring.refuse(unknown);
    try (Lane older = Lane.open(engine, 4);
        Fd fd = file("older", Open.O_RDONLY)) {
      assertThat(older.name()).isEqualTo("io_uring");
      older.read(0, fd, at(0), PAGE, 0);
      older.await(1, Engine.FOREVER);
      assertThat(older.next()).isTrue();
      assertThat(older.result()).isEqualTo(PAGE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS, Errno.ENOMEM, Errno.EMFILE, Errno.EINVAL})
  void whereNoRingIsGrantedTheLaneIsPlainAndSaysWhy(int errno) throws Exception {
    ring.deny(errno);
    try (Lane denied = Lane.open(engine, 4);
        Fd fd = file("denied", Open.O_RDONLY)) {
      assertThat(denied.name()).isEqualTo("plain");
      assertThat(denied.whyNot()).contains("io_uring_setup", Errno.name(errno));
      denied.read(0, fd, at(0), PAGE, 0);
      denied.await(1, Engine.FOREVER);
      assertThat(denied.next()).isTrue();
      assertThat(denied.result()).isEqualTo(PAGE);
    }
  }

  @Test
  void writesThatFailHalfWayAreToldAsTheyAre() throws Exception {
    try (Fd fd = file("written", Open.O_RDWR)) {
      Pattern.fill(bytes(0, 2L * PAGE), 99);
      ring.cutNext(PAGE).answerNext(-Errno.ENOSPC);
      lane.write(0, fd, at(0), 2 * PAGE, BYTES);
      lane.write(1, fd, at(PAGE), PAGE, BYTES + PAGE);
      assertThat(lane.await(2, Engine.FOREVER)).isEqualTo(2);
      assertThat(lane.next()).isTrue();
      assertThat(lane.result()).isEqualTo(PAGE);
      assertThat(lane.next()).isTrue();
      assertThat(lane.result()).isEqualTo(-Errno.ENOSPC);
    }
    byte[] content = Files.readAllBytes(folder.resolve("written"));
    assertThat(content).hasSize(BYTES + PAGE);
    Pattern.verify(MemorySegment.ofArray(content).asSlice(BYTES), 99);
  }
}
