package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Sockets, their addresses and messages, and the calls that wait for them.
class SocketCallsTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int TYPE = Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK;

  private Scratch scratch;
  private long at;

  @BeforeEach
  void open() {
    scratch = new Scratch(1024);
    at = scratch.address();
  }

  @AfterEach
  void close() {
    scratch.close();
  }

  private Fd[] pair() throws LinuxException {
    long pair = LinuxException.check(HOST.socketpair(Sockets.AF_UNIX, TYPE, 0), "socketpair");
    return new Fd[] {
      new Fd(HOST, Syscalls.first(pair), "socket"), new Fd(HOST, Syscalls.second(pair), "socket")
    };
  }

  private static void close(Fd... fds) {
    for (Fd fd : fds) {
      fd.close();
    }
  }

  @Test
  void aTcpConnectionKnowsItsAddresses() throws Exception {
    try (LoopbackTcp tcp = LoopbackTcp.open(HOST)) {
      long length = at + SockAddr.SIZE;
      Memory.ALL.set(JAVA_INT, length, SockAddr.SIZE);
      assertThat(HOST.getpeername(tcp.near().number(), at, length)).isZero();
      assertThat(Memory.ALL.get(JAVA_INT, length)).isEqualTo(SockAddr.SIZE4);
      InetSocketAddress peer = SockAddr.inet(at);
      assertThat(HOST.getsockname(tcp.far().number(), at, length)).isZero();
      assertThat(SockAddr.inet(at)).isEqualTo(peer);
      assertThat(peer.getAddress()).isEqualTo(InetAddress.getLoopbackAddress());

      int off = Sockets.MSG_NOSIGNAL;
      assertThat(HOST.send(tcp.near().number(), at, 10, off)).isEqualTo(10);
      assertThat(LoopbackTcp.isReadable(HOST, tcp.far())).isTrue();
      assertThat(HOST.recv(tcp.far().number(), at, 100, Sockets.MSG_PEEK)).isEqualTo(10);
      assertThat(HOST.recv(tcp.far().number(), at, 100, 0)).isEqualTo(10);
      assertThat(HOST.recv(tcp.far().number(), at, 100, 0)).isEqualTo(-Errno.EAGAIN);
      assertThat(HOST.shutdown(tcp.near().number(), Sockets.SHUT_WR)).isZero();
      assertThat(LoopbackTcp.isReadable(HOST, tcp.far())).isTrue();
      assertThat(HOST.recv(tcp.far().number(), at, 100, 0)).as("end of stream").isZero();
      assertThat(HOST.send(tcp.near().number(), at, 1, off)).isEqualTo(-Errno.EPIPE);

      Memory.ALL.set(JAVA_INT, at, 1);
      int number = tcp.far().number();
      assertThat(HOST.setsockopt(number, Sockets.SOL_TCP, Sockets.TCP_NODELAY, at, 4)).isZero();
      Memory.ALL.set(JAVA_INT, at + 8, 4);
      assertThat(HOST.getsockopt(number, Sockets.SOL_TCP, Sockets.TCP_NODELAY, at, at + 8))
          .isZero();
      assertThat(Memory.ALL.get(JAVA_INT, at)).isEqualTo(1);
    }
  }

  @Test
  void segmentsAreSentAndReceived() throws Exception {
    Fd[] fds = pair();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(100).fill((byte) 's');
      MemorySegment target = arena.allocate(100);
      assertThat(HOST.send(fds[0].number(), source.asSlice(0, 60), 0)).isEqualTo(60);
      assertThat(HOST.recv(fds[1].number(), target, 0)).isEqualTo(60);
      assertThat(target.get(JAVA_BYTE, 59)).isEqualTo((byte) 's');
      assertThat(target.get(JAVA_BYTE, 60)).isZero();
      MemorySegment heap = MemorySegment.ofArray(new byte[4]);
      assertThatThrownBy(() -> HOST.send(fds[0].number(), heap, 0))
          .isInstanceOf(IllegalArgumentException.class);
    } finally {
      close(fds);
    }
    Arena closed = Arena.ofShared();
    MemorySegment gone = closed.allocate(8);
    closed.close();
    assertThatThrownBy(() -> HOST.send(-1, gone, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aMessageCarriesVectorsAndDescriptors() throws Exception {
    Fd[] fds = pair();
    try (Fd event = Fd.of(HOST, HOST.eventfd(7, 0), "event", "eventfd")) {
      long iov = at + 104;
      long data = at + 200;
      long control = at + 304;
      Memory.segment(data, 8).fill((byte) 'm');
      Iovec.set(iov, 0, data, 3);
      Iovec.set(iov, 1, data + 3, 5);
      long number =
          Msghdr.setControl(control, Sockets.SOL_SOCKET, Sockets.SCM_RIGHTS, Integer.BYTES);
      Memory.ALL.set(JAVA_INT, number, event.number());
      Msghdr.set(at, 0, 0, iov, 2, control, Msghdr.controlSpace(Integer.BYTES));
      assertThat(HOST.sendmsg(fds[0].number(), at, Sockets.MSG_NOSIGNAL)).isEqualTo(8);

      Memory.segment(control, 64).fill((byte) 0);
      Iovec.set(iov, 0, data + 50, 50);
      Msghdr.set(at, 0, 0, iov, 1, control, 64);
      assertThat(HOST.recvmsg(fds[1].number(), at, Sockets.MSG_CMSG_CLOEXEC)).isEqualTo(8);
      assertThat(Msghdr.controlLength(at)).isEqualTo(Msghdr.controlSpace(Integer.BYTES));
      assertThat(Msghdr.controlLevel(control)).isEqualTo(Sockets.SOL_SOCKET);
      assertThat(Msghdr.controlType(control)).isEqualTo(Sockets.SCM_RIGHTS);
      assertThat(Msghdr.controlBytes(control)).isEqualTo(Integer.BYTES);
      assertThat(Msghdr.flags(at) & Sockets.MSG_CTRUNC).isZero();
      int twin = Memory.ALL.get(JAVA_INT, control + Msghdr.CMSG_HEADER);
      assertThat(HOST.read(twin, at, 8)).isEqualTo(8);
      assertThat(Memory.ALL.get(JAVA_LONG, at)).isEqualTo(7);
      assertThat(HOST.close(twin)).isZero();
    } finally {
      close(fds);
    }
  }

  @Test
  void addressesGoThereAndBack() {
    String[] hosts = {"127.0.0.1", "255.254.253.252", "::1", "fe80::1:2:3:4"};
    for (String host : hosts) {
      for (int port : new int[] {0, 80, 255, 256, 65535}) {
        InetSocketAddress end = new InetSocketAddress(InetAddress.ofLiteral(host), port);
        int length = SockAddr.set(at, end);
        assertThat(length).isEqualTo(host.contains(":") ? SockAddr.SIZE6 : SockAddr.SIZE4);
        assertThat(SockAddr.inet(at)).isEqualTo(end);
      }
    }
    for (String path : new String[] {"/run/x", "relative", "\0abstract", "", "/sätze"}) {
      int length = SockAddr.setUnix(at, path);
      assertThat(SockAddr.family(at)).isEqualTo(Sockets.AF_UNIX);
      assertThat(SockAddr.unix(at, length)).isEqualTo(path);
    }
    assertThat(SockAddr.setUnix(at, "x".repeat(107))).isEqualTo(110);
    assertThatThrownBy(() -> SockAddr.setUnix(at, "x".repeat(108)))
        .hasMessageContaining("longer than 107");
    assertThatThrownBy(() -> SockAddr.setUnix(at, "a\0b")).hasMessageContaining("NUL");
    assertThatThrownBy(() -> SockAddr.set(at, InetSocketAddress.createUnresolved("x", 1)))
        .hasMessageContaining("resolved");
  }

  @Test
  void unixSocketsBindListenAcceptAndRefuse() throws Exception {
    String name = "\0ropewalk-test-" + ProcessHandle.current().pid();
    try (Fd server = Fd.of(HOST, HOST.socket(Sockets.AF_UNIX, TYPE, 0), "socket", "socket");
        Fd client = Fd.of(HOST, HOST.socket(Sockets.AF_UNIX, TYPE, 0), "socket", "socket")) {
      int length = SockAddr.setUnix(at, name);
      assertThat(HOST.connect(client.number(), at, length)).isEqualTo(-Errno.ECONNREFUSED);
      assertThat(HOST.bind(server.number(), at, length)).isZero();
      assertThat(HOST.listen(server.number(), 1)).isZero();
      assertThat(HOST.bind(client.number(), at, length)).isEqualTo(-Errno.EADDRINUSE);
      assertThat(HOST.accept4(server.number(), 0, 0, 0)).isEqualTo(-Errno.EAGAIN);
      assertThat(HOST.connect(client.number(), at, length)).isZero();
      int accepted = HOST.accept4(server.number(), 0, 0, Sockets.SOCK_CLOEXEC);
      assertThat(accepted).isPositive();
      Memory.ALL.set(JAVA_INT, at + 200, SockAddr.SIZE);
      assertThat(HOST.getsockname(accepted, at, at + 200)).isZero();
      assertThat(SockAddr.unix(at, Memory.ALL.get(JAVA_INT, at + 200))).isEqualTo(name);
      assertThat(HOST.close(accepted)).isZero();
    }
  }

  @Test
  void pollAndEpollTellTheSame() throws Exception {
    Fd[] fds = pair();
    try (Fd epoll = Fd.of(HOST, HOST.epollCreate1(Poll.EPOLL_CLOEXEC), "epoll", "epoll_create1")) {
      int number = fds[1].number();
      PollFd.set(at, 0, number, Poll.POLLIN);
      PollFd.set(at, 1, fds[0].number(), Poll.POLLOUT);
      EpollEvent.set(at + 100, 0, Poll.EPOLLIN, 0x1234_5678_9abc_def0L);
      assertThat(HOST.epollCtl(epoll.number(), Poll.EPOLL_CTL_ADD, number, at + 100)).isZero();
      assertThat(HOST.epollCtl(epoll.number(), Poll.EPOLL_CTL_ADD, number, at + 100))
          .isEqualTo(-Errno.EEXIST);
      assertThat(HOST.poll(at, 2, 0)).isEqualTo(1);
      assertThat(PollFd.revents(at, 0)).isZero();
      assertThat(PollFd.revents(at, 1)).isEqualTo(Poll.POLLOUT);
      assertThat(HOST.epollWait(epoll.number(), at + 200, 4, 0)).isZero();

      assertThat(HOST.send(fds[0].number(), at, 1, 0)).isEqualTo(1);
      assertThat(HOST.poll(at, 1, -1)).isEqualTo(1);
      assertThat(PollFd.fd(at, 0)).isEqualTo(number);
      assertThat(PollFd.revents(at, 0)).isEqualTo(Poll.POLLIN);
      assertThat(HOST.epollWait(epoll.number(), at + 200, 4, -1)).isEqualTo(1);
      assertThat(EpollEvent.events(at + 200, 0)).isEqualTo(Poll.EPOLLIN);
      assertThat(EpollEvent.data(at + 200, 0)).isEqualTo(0x1234_5678_9abc_def0L);

      EpollEvent.set(at + 300, 1, Poll.EPOLLOUT, -1);
      assertThat(EpollEvent.data(at + 300, 1)).isEqualTo(-1);
      fds[0].close();
      assertThat(HOST.epollWait(epoll.number(), at + 200, 4, 0)).isEqualTo(1);
      assertThat(EpollEvent.events(at + 200, 0) & Poll.EPOLLHUP).isNotZero();
    } finally {
      close(fds);
    }
  }
}
