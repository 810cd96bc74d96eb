package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ropewalk.linux.DescriptorAudit;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// Sends that end twice, and receives that end many times.
class BufRingTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int GROUP = 7;
  private static final int SIZE = 64;

  /// Ten seconds: nothing here waits for it, it only turns a hang into a failure.
  private static final long PATIENCE = 10_000_000_000L;

  private Uring ring;
  private Scratch memory;
  private long at;

  @BeforeEach
  void open() throws LinuxException {
    memory = new Scratch(4096);
    at = memory.address();
    try {
      ring = Uring.open(HOST, 8, 0);
    } catch (LinuxException e) {
      memory.close();
      assumeTrue(false, "this system forbids io_uring: " + e.getMessage());
      throw e;
    }
  }

  @AfterEach
  void close() {
    if (ring != null) {
      ring.close();
    }
    memory.close();
  }

  private long await() {
    if (ring.peekCqe() == 0) {
      assertThat(ring.await(1, PATIENCE)).isZero();
    }
    return ring.peekCqe();
  }

  private void expectBuffer(int bytes, int id) {
    long cqe = await();
    assertThat(Cqe.result(cqe)).isEqualTo(bytes);
    assertThat(Cqe.buffer(cqe)).isEqualTo(id);
    assertThat(Cqe.hasMore(cqe)).isTrue();
    ring.advance(1);
  }

  @Test
  void oneReceiveFillsBufferAfterBuffer_untilThereIsNone() throws LinuxException {
    long pair = HOST.socketpair(Sockets.AF_UNIX, Sockets.SOCK_STREAM, 0);
    try (Fd left = new Fd(HOST, Syscalls.first(pair), "socket");
        Fd right = new Fd(HOST, Syscalls.second(pair), "socket")) {
      BufRing buffers = BufRing.open(ring, 2, GROUP);
      buffers.add(at, SIZE, 10);
      buffers.add(at + SIZE, SIZE, 11);
      buffers.publish();
      Sqe.recvMultishot(ring.nextSqe(), right.number(), GROUP, 0, 1);
      assertThat(ring.submit()).isEqualTo(1);
      assertThat(ring.peekCqe()).isZero();
      memory.segment().asSlice(1024, 100).fill((byte) 'x');
      assertThat(HOST.send(left.number(), at + 1024, 5, 0)).isEqualTo(5);
      expectBuffer(5, 10);
      assertThat(HOST.send(left.number(), at + 1024, 100, 0)).isEqualTo(100);
      expectBuffer(SIZE, 11);
      long cqe = await();
      assertThat(Cqe.result(cqe)).isEqualTo(-Errno.ENOBUFS);
      assertThat(Cqe.hasMore(cqe)).isFalse();
      assertThat(Cqe.buffer(cqe)).isEqualTo(-1);
      ring.advance(1);

      buffers.add(at + 3 * SIZE, SIZE, 12);
      buffers.publish();
      Sqe.recvMultishot(ring.nextSqe(), right.number(), buffers.group(), 0, 2);
      assertThat(ring.submit()).isEqualTo(1);
      expectBuffer(100 - SIZE, 12);
      assertThat(memory.segment().get(JAVA_BYTE, 3 * SIZE)).isEqualTo((byte) 'x');
      assertThat(HOST.shutdown(left.number(), Sockets.SHUT_WR)).isZero();
      cqe = await();
      assertThat(Cqe.result(cqe)).as("the end, or no buffer to tell it with").isIn(0, -105);
      assertThat(Cqe.hasMore(cqe)).isFalse();
      ring.advance(1);
      buffers.unregister(true);
      buffers.unregister(true);
    }
  }

  @Test
  void aGroupIsOpenedOnce_andSizesArePowersOfTwo() throws LinuxException {
    BufRing buffers = BufRing.open(ring, 8, GROUP);
    assertThat(buffers.entries()).isEqualTo(8);
    assertThatThrownBy(() -> BufRing.open(ring, 8, GROUP))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("EEXIST");
    buffers.unregister(true);
    BufRing.open(ring, 8, GROUP).unregister(true);
    assertThatThrownBy(() -> BufRing.open(ring, 12, GROUP))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSendWithoutCopyIsAcceptedAndThenLetGo() throws Exception {
    int datagrams = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;
    try (Fd client = Fd.of(HOST, HOST.socket(Sockets.AF_INET, datagrams, 0), "udp", "socket");
        Fd server = Fd.of(HOST, HOST.socket(Sockets.AF_INET, datagrams, 0), "udp", "socket")) {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      assertThat(HOST.bind(server.number(), at, SockAddr.set(at, any))).isZero();
      Memory.ALL.set(java.lang.foreign.ValueLayout.JAVA_INT, at + 200, SockAddr.SIZE);
      assertThat(HOST.getsockname(server.number(), at, at + 200)).isZero();
      Iovec.set(at + 304, 0, at + 1000, 10);
      Iovec.set(at + 304, 1, at + 2000, 20);
      Msghdr.set(at + 400, at, SockAddr.SIZE4, at + 304, 2, 0, 0);
      Sqe.sendmsgZc(
          ring.nextSqe(), client.number(), at + 400, 0, Sqe.IORING_SEND_ZC_REPORT_USAGE, 5);
      assertThat(ring.submit()).isEqualTo(1);
      long cqe = await();
      assertThat(Cqe.result(cqe)).isEqualTo(30);
      assertThat(Cqe.hasMore(cqe)).isTrue();
      assertThat(Cqe.isNotification(cqe)).isFalse();
      ring.advance(1);
      cqe = await();
      assertThat(Cqe.userData(cqe)).isEqualTo(5);
      assertThat(Cqe.isNotification(cqe)).isTrue();
      assertThat(Cqe.hasMore(cqe)).isFalse();
      assertThat(Cqe.result(cqe)).as("loopback copies").isEqualTo(Cqe.IORING_NOTIF_USAGE_ZC_COPIED);
      ring.advance(1);
      assertThat(HOST.recv(server.number(), at, 100, 0)).isEqualTo(30);
    }
  }
}
