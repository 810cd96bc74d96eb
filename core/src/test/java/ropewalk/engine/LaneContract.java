package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.testkit.Gen;
import ropewalk.testkit.HeapMeter;
import ropewalk.testkit.Pattern;

/// What every lane must do, on the host's files.
abstract class LaneContract extends LaneRoom {
  private static final int ROUNDS = 5_000;

  /// Enough for the compiler to come by on a busy machine; only its last word counts.
  private static final int LEAN_ROUNDS = 20_000;

  @Test
  void answersComeInAnyOrderUnderTheirTags() throws Exception {
    try (Fd fd = file("many", Open.O_RDONLY)) {
      boolean[] seen = new boolean[DEPTH];
      for (int tag = 0; tag < DEPTH; tag++) {
        lane.read(tag, fd, at(page(tag)), PAGE - tag, tag * 7_000L);
      }
      assertThat(lane.inFlight()).isEqualTo(DEPTH);
      assertThat(lane.await(DEPTH, Engine.FOREVER)).isEqualTo(DEPTH);
      while (lane.next()) {
        int tag = lane.tag();
        assertThat(seen[tag]).as("tag %d is answered once", tag).isFalse();
        seen[tag] = true;
        assertThat(lane.result()).isEqualTo(PAGE - tag);
        Pattern.verify(bytes(page(tag), PAGE - tag), tag * 7_000L);
      }
      assertThat(lane.inFlight()).isZero();
      assertThat(lane.stats().most()).isEqualTo(DEPTH);
      assertThat(lane.stats().asked()).isEqualTo(DEPTH);
      assertThat(lane.stats().answered()).isEqualTo(DEPTH);
    }
  }

  @Test
  void everyKindOfCallWorks() throws Exception {
    try (Fd fd = file("kinds", Open.O_RDWR);
        Scratch iov = new Scratch(3L * Iovec.SIZE)) {
      Pattern.fill(bytes(0, 3 * PAGE), 77);
      lane.write(3, fd, at(0), 3 * PAGE, 100);
      takeOne();
      assertThat(lane.result()).isEqualTo(3 * PAGE);
      lane.fsync(3, fd, false);
      takeOne();
      assertThat(lane.result()).isZero();
      lane.fsync(4, fd, true);
      takeOne();
      assertThat(lane.tag()).isEqualTo(4);
      assertThat(lane.result()).isZero();
      for (int i = 0; i < 3; i++) {
        Iovec.set(iov.address(), i, at(page(10 + 2 * i)), PAGE);
      }
      lane.readv(5, fd, iov.address(), 3, 100);
      takeOne();
      assertThat(lane.result()).isEqualTo(3 * PAGE);
      for (int i = 0; i < 3; i++) {
        Pattern.verify(bytes(page(10 + 2 * i), PAGE), 77L + (long) i * PAGE);
      }
      lane.writev(6, fd, iov.address(), 2, BYTES);
      takeOne();
      assertThat(lane.result()).isEqualTo(2 * PAGE);
      byte[] content = Files.readAllBytes(folder.resolve("kinds"));
      assertThat(content).hasSize(BYTES + 2 * PAGE);
      Pattern.verify(MemorySegment.ofArray(content).asSlice(BYTES, 2 * PAGE), 77);
    }
  }

  @Test
  void shortCountsAndTheEndAreAnswers() throws Exception {
    try (Fd fd = file("short", Open.O_RDONLY)) {
      lane.read(0, fd, at(0), PAGE, BYTES - 10);
      takeOne();
      assertThat(lane.result()).isEqualTo(10);
      lane.read(0, fd, at(0), PAGE, BYTES);
      takeOne();
      assertThat(lane.result()).isZero();
    }
  }

  @Test
  void errorsAreAnswersToo() throws Exception {
    try (Fd fd = file("readable", Open.O_RDONLY);
        Fd direct = file("readable", Open.O_RDONLY | Open.O_DIRECT)) {
      lane.write(0, fd, at(0), PAGE, 0);
      takeOne();
      assertThat(lane.result()).isEqualTo(-Errno.EBADF);
      lane.read(0, direct, at(0), PAGE, 1);
      takeOne();
      assertThat(lane.result()).as("not aligned").isEqualTo(-Errno.EINVAL);
    }
  }

  @Test
  void aTagServesAgainWhenItsAnswerWasTakenAndNotBefore() throws Exception {
    try (Fd fd = file("again", Open.O_RDONLY)) {
      lane.read(2, fd, at(0), PAGE, 0);
      assertThatThrownBy(() -> lane.read(2, fd, at(0), PAGE, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("tag=2");
      lane.await(1, Engine.FOREVER);
      assertThatThrownBy(() -> lane.fsync(2, fd, false))
          .as("answered, not taken")
          .isInstanceOf(IllegalStateException.class);
      assertThat(lane.next()).isTrue();
      lane.read(2, fd, at(0), PAGE, 0);
      takeOne();
    }
  }

  @Test
  void awaitingWaitsForNoMoreThanThereIs() throws Exception {
    assertThat(lane.await(5, Engine.FOREVER)).isZero();
    assertThat(lane.next()).isFalse();
    assertThat(lane.submit()).isZero();
    try (Fd fd = file("few", Open.O_RDONLY)) {
      lane.read(0, fd, at(0), PAGE, 0);
      assertThat(lane.submit()).isEqualTo(1);
      assertThat(lane.await(5, Engine.in(TimeUnit.SECONDS.toNanos(50)))).isEqualTo(1);
      while (lane.await(0, Engine.FOREVER) != 1) {}
      assertThat(lane.next()).isTrue();
    }
  }

  /// The kernel gets through with an owner who only looks.
  @Test
  void whoPollsGetsOn() throws Exception {
    try (Fd fd = file("polled", Open.O_RDONLY | Open.O_DIRECT)) {
      for (int tag = 0; tag < DEPTH; tag++) {
        lane.read(tag, fd, at(page(tag)), PAGE, page(tag));
      }
      int taken = 0;
      while (taken < DEPTH) {
        lane.await(0, Engine.FOREVER);
        while (lane.next()) {
          assertThat(lane.result()).isEqualTo(PAGE);
          taken++;
        }
      }
      Pattern.verify(bytes(0, DEPTH * PAGE), 0);
    }
  }

  /// A random owner against the bytes of the file: depths, orders and batches by seed.
  @Test
  void anyOrderOfAskingAndTakingGivesTheRightBytes() throws Exception {
    Gen gen = Gen.seeded(5);
    long[] offsets = new long[DEPTH];
    int[] lengths = new int[DEPTH];
    boolean[] busy = new boolean[DEPTH];
    int asked = 0;
    try (Fd fd = file("random", Open.O_RDONLY)) {
      int taken = 0;
      while (taken < ROUNDS) {
        for (int tag = 0; tag < DEPTH && asked < ROUNDS; tag++) {
          if (!busy[tag] && gen.oneIn(2)) {
            busy[tag] = true;
            lengths[tag] = gen.in(0, PAGE);
            offsets[tag] = gen.in(0, BYTES - PAGE);
            lane.read(tag, fd, at(page(tag)), lengths[tag], offsets[tag]);
            asked++;
          }
        }
        if (gen.oneIn(3)) {
          lane.submit();
        }
        lane.await(gen.in(0, DEPTH), gen.oneIn(4) ? Engine.in(0) : Engine.FOREVER);
        while (!gen.oneIn(8) && lane.next()) {
          int tag = lane.tag();
          assertThat(busy[tag]).isTrue();
          busy[tag] = false;
          taken++;
          assertThat(lane.result()).isEqualTo(lengths[tag]);
          Pattern.verify(bytes(page(tag), lengths[tag]), offsets[tag]);
        }
      }
    }
    assertThat(lane.inFlight()).isZero();
  }

  @Test
  void aClosedFileTakesNoRequestsAndItsNumberOutlivesThoseItHas() throws Exception {
    Fd fd = file("closed", Open.O_RDONLY | Open.O_DIRECT);
    Pattern.fill(bytes(0, PAGE), 5);
    lane.read(0, fd, at(0), PAGE, 0);
    fd.close();
    assertThatThrownBy(() -> lane.read(1, fd, at(PAGE), PAGE, 0))
        .isInstanceOf(ClosedChannelException.class);
    takeOne();
    assertThat(lane.result()).isEqualTo(PAGE);
    Pattern.verify(bytes(0, PAGE), 0);
  }

  @Test
  void aClosedEngineForbidsNewRequestsAndAnswersTheOld() throws Exception {
    try (Fd fd = file("engine", Open.O_RDONLY)) {
      lane.read(0, fd, at(0), PAGE, 0);
      engine.close();
      assertThatThrownBy(() -> lane.read(1, fd, at(0), PAGE, 0))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> Lane.open(engine, 1)).isInstanceOf(ClosedChannelException.class);
      takeOne();
      assertThat(lane.result()).isEqualTo(PAGE);
    }
  }

  @Test
  void closingWithRequestsUnderWayLeavesNothing() throws Exception {
    try (Fd fd = file("left", Open.O_RDONLY | Open.O_DIRECT)) {
      for (int tag = 0; tag < DEPTH; tag++) {
        lane.read(tag, fd, at(page(tag)), PAGE, page(tag));
        if (tag == DEPTH / 2) {
          lane.submit();
        }
      }
      lane.close();
      lane.close();
      assertThatThrownBy(() -> lane.read(0, fd, at(0), PAGE, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void onlyItsOwnerMayUseIt() throws Exception {
    Kind.PLATFORM
        .start(
            () -> {
              assertThatThrownBy(() -> lane.await(0, 0))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("belongs to");
              assertThatThrownBy(lane::next).isInstanceOf(IllegalStateException.class);
              assertThatThrownBy(lane::submit).isInstanceOf(IllegalStateException.class);
              assertThatThrownBy(lane::close).isInstanceOf(IllegalStateException.class);
              assertThatThrownBy(lane::stats).isInstanceOf(IllegalStateException.class);
              assertThat(lane.depth()).isEqualTo(DEPTH);
              return null;
            })
        .get();
    Kind.VIRTUAL
        .start(
            () -> {
              assertThatThrownBy(() -> Lane.open(engine, 1))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("platform thread");
              return null;
            })
        .get();
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    assertThatThrownBy(() -> Lane.open(engine, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Lane.open(engine, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class);
    try (Fd fd = file("refused", Open.O_RDONLY)) {
      assertThatThrownBy(() -> lane.read(DEPTH, fd, at(0), 1, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tag=" + DEPTH);
      assertThatThrownBy(() -> lane.read(-1, fd, at(0), 1, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> lane.read(0, fd, at(0), -1, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> lane.write(0, fd, at(0), 1, -1))
          .isInstanceOf(IllegalArgumentException.class);
      lane.cancel(0);
      assertThat(lane.inFlight()).isZero();
    }
  }

  @Test
  void anInterruptEndsNothing() throws Exception {
    try (Fd fd = file("interrupted", Open.O_RDONLY | Open.O_DIRECT)) {
      Thread.currentThread().interrupt();
      lane.read(0, fd, at(0), PAGE, 0);
      takeOne();
      assertThat(lane.result()).isEqualTo(PAGE);
      assertThat(Thread.interrupted()).as("the status is kept").isTrue();
      assertThat(fd.isOpen()).isTrue();
    }
  }

  @Test
  void inSteadyStateNothingIsAllocated() throws Exception {
    try (Fd fd = file("lean", Open.O_RDONLY)) {
      double each =
          HeapMeter.bytesPerRound(
              LEAN_ROUNDS,
              () -> {
                for (int tag = 0; tag < 4; tag++) {
                  lane.read(tag, fd, at(page(tag)), PAGE, page(tag));
                }
                int taken = 0;
                while (taken < 4) {
                  lane.await(1, Engine.FOREVER);
                  while (lane.next()) {
                    taken++;
                  }
                }
              });
      assertThat(each).isLessThan(1.0);
    }
  }

  @Test
  void registeredOrNotTheBytesAreTheSame() throws Exception {
    Registration registration = lane.register(at(0), BYTES / 2);
    assertThat(registration.bytes() > 0).isEqualTo(registration.why().isEmpty());
    try (Fd fd = file("known", Open.O_RDWR | Open.O_DIRECT);
        Scratch iov = new Scratch(Iovec.SIZE)) {
      lane.register(fd);
      lane.read(0, fd, at(0), PAGE, 0);
      lane.read(1, fd, at(BYTES / 2 - PAGE), 2 * PAGE, 8 * PAGE);
      Iovec.set(iov.address(), 0, at(4 * PAGE), PAGE);
      lane.readv(2, fd, iov.address(), 1, 4 * PAGE);
      lane.await(3, Engine.FOREVER);
      while (lane.next()) {
        assertThat(lane.result()).isEqualTo(lane.tag() == 1 ? 2 * PAGE : PAGE);
      }
      Pattern.verify(bytes(0, PAGE), 0);
      Pattern.verify(bytes(BYTES / 2 - PAGE, 2 * PAGE), 8 * PAGE);
      Pattern.verify(bytes(4 * PAGE, PAGE), 4 * PAGE);
      assertThat(lane.stats().fixed()).isEqualTo(registration.bytes() > 0 ? 2 : 0);
      lane.write(0, fd, at(0), PAGE, 20 * PAGE);
      takeOne();
      assertThat(lane.result()).isEqualTo(PAGE);
      registration.close();
      lane.read(0, fd, at(0), PAGE, 20 * PAGE);
      takeOne();
      Pattern.verify(bytes(0, PAGE), 0);
      assertThat(lane.stats().fixed()).isEqualTo(registration.bytes() > 0 ? 3 : 0);
      assertThat(lane.stats().registered()).isZero();
    }
    assertThat(
            Arrays.copyOfRange(Files.readAllBytes(folder.resolve("known")), 20 * PAGE, 21 * PAGE))
        .isEqualTo(Pattern.bytes(0, PAGE));
  }
}
