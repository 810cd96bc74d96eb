package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Kind.Running;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;
import ropewalk.linux.Poll;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Pattern;

/// Sends without a copy, over the kernel at hand: each has two ends.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SendsTest {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int BYTES = 1 << 20;
  private static final int PAGE = 4096;

  private final BlockingQueue<Boolean> released = new LinkedBlockingQueue<>();
  private RingEngine engine;
  private Mapping memory;
  private Peers peers;

  @BeforeEach
  void open() throws IOException {
    engine = Rings.openOrSkip(HOST);
    assumeTrue(engine.canSendZeroCopy(), "this kernel's io_uring has no SENDMSG_ZC to use");
    memory = Mapping.anonymous(HOST, 2L * BYTES, 0);
    Pattern.fill(Memory.segment(memory.address(), BYTES), 0);
    peers = new Peers();
  }

  @AfterEach
  void close() {
    if (peers != null) {
      peers.close();
    }
    if (engine != null) {
      engine.close();
    }
    if (memory != null) {
      memory.close();
    }
  }

  private long send(long offset, long bytes) throws IOException {
    return engine.startSendMessage(
        peers.near, peers.message(memory.address() + offset, bytes), 0, released::add);
  }

  /// Sends until the kernel takes no more: the bytes it took, and `sends[0]` is how many calls.
  private long sendUntilFull(int[] sends) throws IOException {
    long done = 0;
    while (true) {
      long sent = send(done, BYTES - done);
      if (sent == -Errno.EAGAIN) {
        return done;
      }
      assertThat(sent).isPositive();
      sends[0]++;
      done += sent;
    }
  }

  private void receive(long from, long to) throws IOException {
    long done = from;
    while (done < to) {
      long target = memory.address() + BYTES + done;
      long got = peers.receive(target, to - done);
      if (got == -Errno.EAGAIN) {
        engine.await(peers.far, Poll.POLLIN, Engine.FOREVER);
      } else {
        assertThat(got).isPositive();
        Pattern.verify(Memory.segment(target, got), done);
        done += got;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allArrivesAndEachSendIsLetGoOnce(Kind kind) throws Exception {
    AtomicInteger sends = new AtomicInteger();
    Running<Void> sender =
        kind.start(
            () -> {
              long done = 0;
              while (done < BYTES) {
                long sent = send(done, Math.min(5 * PAGE, BYTES - done));
                if (sent == -Errno.EAGAIN) {
                  engine.await(peers.near, Poll.POLLOUT, Engine.FOREVER);
                } else {
                  done += sent;
                  sends.incrementAndGet();
                }
              }
              return null;
            });
    receive(0, BYTES);
    sender.get();
    for (int i = 0; i < sends.get(); i++) {
      assertThat(released.take()).as("loopback copies").isTrue();
    }
    engine.close();
    assertThat(released).isEmpty();
    assertThat(engine.stats().completed()).isEqualTo(engine.stats().submitted());
  }

  @Test
  void whatWaitsForAReaderIsKept_andTheEngineWaitsForIt() throws Exception {
    int[] sends = {0};
    long sent = sendUntilFull(sends);
    Running<Void> closing =
        Kind.PLATFORM.start(
            () -> {
              engine.close();
              return null;
            });
    EngineContract.asleep(closing);
    assertThat(closing.isDone()).as("pages are out").isFalse();
    assertThat(released.size()).isLessThan(sends[0]);
    assertThatThrownBy(() -> send(0, 1)).isInstanceOf(ClosedChannelException.class);
    long done = 0;
    while (done < sent) {
      long got = peers.receive(memory.address() + BYTES + done, sent - done);
      done += Math.max(got, 0);
    }
    Pattern.verify(Memory.segment(memory.address() + BYTES, sent), 0);
    closing.get();
    assertThat(released).hasSize(sends[0]);
  }

  @Test
  void aResetBringsAllPagesBack() throws Exception {
    int[] sends = {0};
    sendUntilFull(sends);
    peers.resetOnClose();
    peers.near.close();
    for (int i = 0; i < sends[0]; i++) {
      assertThat(released.take()).isNotNull();
    }
    engine.close();
    assertThat(released).isEmpty();
  }

  @Test
  void aClosedDescriptorIsGoneAtOnceAndItsPagesComeBackLater() throws Exception {
    int[] sends = {0};
    long sent = sendUntilFull(sends);
    int number = peers.near.number();
    peers.near.close();
    assertThat(HOST.fcntl(number, Fcntl.F_GETFD, 0)).isEqualTo(-Errno.EBADF);
    assertThat(released.size()).isLessThan(sends[0]);
    receive(0, sent);
    for (int i = 0; i < sends[0]; i++) {
      assertThat(released.take()).isNotNull();
    }
  }

  /// A carrier that ends takes no page with it, and brings none back too early.
  @Test
  void pagesOutliveTheThreadThatSentThem() throws Exception {
    int[] sends = {0};
    Running<Long> sender = Kind.PLATFORM.start(() -> sendUntilFull(sends));
    long sent = sender.get();
    EngineContract.ended(sender);
    Thread.sleep(20); // the thread has ended for Java, soon it has for the kernel
    assertThat(released.size()).isLessThan(sends[0]);
    receive(0, sent);
    for (int i = 0; i < sends[0]; i++) {
      assertThat(released.take()).isNotNull();
    }
    engine.close();
    assertThat(released).isEmpty();
  }

  @Test
  void whatIsRefusedLendsNothing() throws Exception {
    try (Ends unix = Ends.sockets()) {
      long message = peers.message(memory.address(), 10);
      assertThat(engine.startSendMessage(unix.near(), message, 0, released::add))
          .isEqualTo(-Errno.EOPNOTSUPP);
    }
    peers.far.close();
    long answer = 0;
    while (answer >= 0) {
      answer = send(0, 1);
    }
    assertThat(answer).isIn((long) -Errno.EPIPE, (long) -Errno.ECONNRESET);
    peers.near.close();
    assertThatThrownBy(() -> send(0, 1)).isInstanceOf(ClosedChannelException.class);
    assertThat(released.size()).isLessThanOrEqualTo(1);
  }

  /// Nobody reaps while the lock is held, so the kernel runs out of room for completions.
  @Test
  void notificationsThatFindNoRoomAreNotLost() throws Exception {
    RingEngine narrow = RingEngine.open(HOST, 2, 4);
    try {
      int sends = 0;
      long done = 0;
      while (done < BYTES) {
        long message = peers.message(memory.address() + done, 512);
        long sent = narrow.startSendMessage(peers.near, message, 0, released::add);
        if (sent == -Errno.EAGAIN) {
          break;
        }
        done += sent;
        sends++;
      }
      int kept = sends - released.size();
      assertThat(kept).isGreaterThan(8);
      narrow.ring.lock.lock();
      try {
        long got = 0;
        while (got < done) {
          got += Math.max(0, peers.receive(memory.address() + BYTES + got, done - got));
        }
        while (!narrow.ring.uring.isOverflown()) {
          Thread.sleep(1);
        }
      } finally {
        narrow.ring.lock.unlock();
      }
      for (int i = 0; i < sends; i++) {
        assertThat(released.take()).isNotNull();
      }
      assertThat(narrow.ring.uring.lost()).isZero();
    } finally {
      narrow.close();
    }
  }

  @Test
  void aLandingThatThrowsHarmsNobody() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> seen.countDown());
    try {
      long message = peers.message(memory.address(), 10);
      engine.startSendMessage(
          peers.near,
          message,
          0,
          isCopied -> {
            throw new IllegalStateException("thrown by a landing");
          });
      seen.await();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(send(10, 10)).isEqualTo(10);
    assertThat(released.take()).isTrue();
  }

  @Test
  void epollSaysThatItCannot() throws Exception {
    try (Engine epoll = Engine.open(HOST, Engine.Choice.EPOLL)) {
      assertThat(epoll.canSendZeroCopy()).isFalse();
      assertThatThrownBy(() -> epoll.startSendMessage(peers.near, 0, 0, released::add))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }
}
