package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Kind.Running;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.fake.FakeRing;

/// Sends without a copy over a ring that answers late, wrong or twice, and that writes down what
/// nobody may do to a kernel.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SendFaultsTest {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int BYTES = 1000;

  private final FakeRing ring = FakeRing.over(HOST);
  private final BlockingQueue<Boolean> released = new LinkedBlockingQueue<>();
  private RingEngine engine;
  private Mapping memory;
  private Peers peers;

  @BeforeEach
  void open() throws IOException {
    engine = RingEngine.open(ring.calls());
    assertThat(engine.canSendZeroCopy()).isTrue();
    memory = Mapping.anonymous(HOST, 1 << 16, 0);
    Pattern.fill(Memory.segment(memory.address(), BYTES), 0);
    peers = new Peers();
  }

  @AfterEach
  void close() {
    ring.keep(false).hold(false);
    ring.release(Integer.MAX_VALUE);
    ring.letGo(Integer.MAX_VALUE, true);
    engine.close();
    peers.close();
    memory.close();
    assertThat(ring.complaints()).isEmpty();
  }

  private long send() throws IOException {
    return engine.startSendMessage(
        peers.near, peers.message(memory.address(), BYTES), 0, released::add);
  }

  private void expectArrived(int messages) {
    long room = memory.address() + (1 << 14);
    assertThat(peers.receive(room, 1 << 14)).isEqualTo((long) messages * BYTES);
  }

  @Test
  @DisplayName("R-49: pages come back when the kernel says so and not before")
  void pagesComeBackWhenTheKernelSaysSoAndNotBefore() throws Exception {
    ring.keep(true);
    assertThat(send()).isEqualTo(BYTES);
    assertThat(send()).isEqualTo(BYTES);
    expectArrived(2);
    assertThat(engine.stats().submitted() - engine.stats().completed()).isEqualTo(2);
    assertThat(released).isEmpty();
    ring.letGo(1, false);
    assertThat(released.take()).isFalse();
    ring.letGo(1, true);
    assertThat(released.take()).isTrue();
    assertThat(released).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aResultThatComesLateIsWaitedFor(Kind kind) throws Exception {
    ring.hold(true);
    Running<Long> sender = kind.start(this::send);
    ring.awaitHeld(1);
    EngineContract.asleep(sender);
    assertThat(sender.isDone()).isFalse();
    ring.hold(false).release(1);
    assertThat(sender.get()).isEqualTo(BYTES);
    assertThat(released.take()).isTrue();
  }

  /// Nothing was accepted, so nothing is sent twice, whether or not a notification follows.
  @ParameterizedTest
  @ValueSource(ints = {Errno.EINTR, Errno.ECANCELED})
  void whatNobodyAskedForIsAskedAgain(int errno) throws Exception {
    for (boolean isTold : new boolean[] {false, true}) {
      ring.tellFailures(isTold).answerNext(-errno).answerNext(-errno);
      assertThat(send()).isEqualTo(BYTES);
      assertThat(released.take()).isTrue();
      expectArrived(1);
    }
    assertThat(engine.stats().resubmitted()).isEqualTo(4);
  }

  @ParameterizedTest
  @DisplayName("R-45: a send that fails is answered and never released")
  @ValueSource(ints = {Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM, Errno.EPIPE, Errno.EOPNOTSUPP})
  void whatTheKernelRefusesIsAnsweredAndNeverReleased(int errno) throws Exception {
    for (boolean isTold : new boolean[] {false, true}) {
      ring.tellFailures(isTold).answerNext(-errno);
      assertThat(send()).isEqualTo(-errno);
    }
    assertThat(send()).isEqualTo(BYTES);
    assertThat(released.take()).isTrue();
    engine.close();
    assertThat(released).isEmpty();
  }

  /// Who hears of a failure writes into the pages again.
  @ParameterizedTest
  @EnumSource
  void aFailureIsNotAnsweredBeforeThePagesAreBack(Kind kind) throws Exception {
    ring.keep(true).tellFailures(true).answerNext(-Errno.ENOBUFS);
    Running<Long> sender = kind.start(this::send);
    EngineContract.asleep(sender);
    assertThat(sender.isDone()).isFalse();
    while (ring.letGo(1, true) == 0) {
      Thread.sleep(1);
    }
    assertThat(sender.get()).isEqualTo(-Errno.ENOBUFS);
    assertThat(released).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EAGAIN, Errno.EBUSY, Errno.EINTR})
  void anEnterThatWasRefusedIsMadeAgain(int errno) throws Exception {
    ring.refuseEnter(errno).refuseEnter(errno);
    assertThat(send()).isEqualTo(BYTES);
    assertThat(released.take()).isTrue();
    expectArrived(1);
  }

  @Test
  void closingTheEngineWaitsForTheLastPage() throws Exception {
    ring.keep(true);
    assertThat(send()).isEqualTo(BYTES);
    peers.near.close(); // the double complains if the ring goes now
    Running<Void> closing =
        Kind.PLATFORM.start(
            () -> {
              engine.close();
              return null;
            });
    EngineContract.asleep(closing);
    assertThat(closing.isDone()).isFalse();
    ring.letGo(1, false);
    closing.get();
    assertThat(released.poll()).as("it was told before the engine was closed").isFalse();
  }

  @Test
  @DisplayName("R-55: a notification that comes twice brings the pages back once")
  void aSecondNotificationIsNobodys() throws Exception {
    ring.answerTwice(true);
    for (int i = 0; i < 3; i++) {
      assertThat(send()).isEqualTo(BYTES);
      assertThat(released.take()).isTrue();
    }
    ring.tellFailures(true).answerNext(-Errno.ENOBUFS);
    assertThat(send()).isEqualTo(-Errno.ENOBUFS);
    engine.close();
    assertThat(released).isEmpty();
    assertThat(engine.stats().completed()).isEqualTo(4);
  }
}
