package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Control messages go to the kernel and come back; what the kernel says of sends and connections
/// is read where it stands.
class CmsgTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();

  /// Offsets in the block: header, iovec, address, control messages, data.
  private static final int IOV = 64;

  private static final int NAME = 128;
  private static final int CONTROL = 256;
  private static final int CONTROL_ROOM = 256;
  private static final int DATA = 1024;

  private Scratch block;
  private long at;

  @BeforeEach
  void take() {
    block = new Scratch(8192);
    at = block.address();
  }

  @AfterEach
  void free() {
    block.close();
  }

  private long receive(Fd fd, int room, int controlRoom, int flags) {
    Iovec.set(at + IOV, 0, at + DATA, room);
    Msghdr.set(at, 0, 0, at + IOV, 1, at + CONTROL, controlRoom);
    return HOST.recvmsg(fd.number(), at, flags);
  }

  private long send(Fd fd, int bytes, int controlBytes, int flags) {
    Iovec.set(at + IOV, 0, at + DATA, bytes);
    Msghdr.set(at, 0, 0, at + IOV, 1, controlBytes == 0 ? 0 : at + CONTROL, controlBytes);
    return HOST.sendmsg(fd.number(), at, flags | Sockets.MSG_NOSIGNAL);
  }

  private Fd socket(int type) throws LinuxException {
    int number = HOST.socket(Sockets.AF_INET, type | Sockets.SOCK_CLOEXEC, 0);
    return Fd.of(HOST, number, "socket", "socket");
  }

  private void bindToLoopback(Fd fd) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    assertThat(HOST.bind(fd.number(), at + NAME, SockAddr.set(at + NAME, any))).isZero();
  }

  private void connect(Fd client, Fd server) {
    Memory.ALL.set(JAVA_INT, at + IOV, SockAddr.SIZE);
    assertThat(HOST.getsockname(server.number(), at + NAME, at + IOV)).isZero();
    assertThat(HOST.connect(client.number(), at + NAME, Memory.ALL.get(JAVA_INT, at + IOV)))
        .isZero();
  }

  private void set(Fd fd, int level, int name, int value) {
    Memory.ALL.set(JAVA_INT, at + DATA, value);
    assertThat(HOST.setsockopt(fd.number(), level, name, at + DATA, Integer.BYTES)).isZero();
  }

  @Test
  void sizesArePadded() {
    assertThat(Cmsg.length(0)).isEqualTo(16);
    assertThat(Cmsg.length(3)).isEqualTo(19);
    assertThat(Cmsg.space(0)).isEqualTo(16);
    assertThat(Cmsg.space(1)).isEqualTo(24);
    assertThat(Cmsg.space(8)).isEqualTo(24);
    assertThat(Cmsg.space(9)).isEqualTo(32);
  }

  @Test
  void theWalkEndsWhereTheBlockEnds() {
    assertThat(Cmsg.first(at)).as("no block").isZero();
    int one = Cmsg.setRights(at + CONTROL, 1, 2, 3);
    assertThat(one).isEqualTo(32);
    int two = Cmsg.setSegment(at + CONTROL + one, 1400);
    assertThat(two).isEqualTo(24);
    Msghdr.set(at, 0, 0, 0, 0, at + CONTROL, one + two);
    long first = Cmsg.first(at);
    assertThat(first).isEqualTo(at + CONTROL);
    assertThat(Cmsg.isRights(first)).isTrue();
    assertThat(Cmsg.rights(first)).isEqualTo(3);
    assertThat(Cmsg.right(first, 2)).isEqualTo(3);
    long second = Cmsg.next(at, first);
    assertThat(Cmsg.is(second, Sockets.SOL_UDP, Sockets.UDP_SEGMENT)).isTrue();
    assertThat(Cmsg.isRights(second)).isFalse();
    assertThat(Cmsg.error(second)).isZero();
    assertThat(Cmsg.joined(second)).isZero();
    assertThat(Cmsg.next(at, second)).isZero();
    // The last one may come without its padding, but not without its data.
    Msghdr.set(at, 0, 0, 0, 0, at + CONTROL, one + Cmsg.length(2));
    assertThat(Cmsg.next(at, first)).isEqualTo(second);
    Msghdr.set(at, 0, 0, 0, 0, at + CONTROL, one + Cmsg.length(1));
    assertThat(Cmsg.next(at, first)).isZero();
    // A length that can't be ends the walk.
    for (long length : new long[] {0, 15, 1L << 40}) {
      Memory.ALL.set(JAVA_LONG, first, length);
      assertThat(Cmsg.first(at)).as("length=" + length).isZero();
    }
    assertThatThrownBy(() -> Cmsg.setSegment(at + CONTROL, 65536))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void descriptorsThatFindNoRoomAreSaidToBeCutOff() throws LinuxException {
    long pair = HOST.socketpair(Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET, 0);
    try (Fd left = new Fd(HOST, Syscalls.first(pair), "socket");
        Fd right = new Fd(HOST, Syscalls.second(pair), "socket");
        Fd event = Fd.of(HOST, HOST.eventfd(7, 0), "event", "eventfd")) {
      int bytes = Cmsg.setRights(at + CONTROL, event.number(), event.number());
      assertThat(send(left, 1, bytes, 0)).isEqualTo(1);
      assertThat(receive(right, 1, Cmsg.length(Integer.BYTES), Sockets.MSG_CMSG_CLOEXEC))
          .isEqualTo(1);
      assertThat(Msghdr.flags(at) & Sockets.MSG_CTRUNC).isNotZero();
      long cmsg = Cmsg.first(at);
      assertThat(Cmsg.isRights(cmsg)).isTrue();
      assertThat(Cmsg.rights(cmsg)).isEqualTo(1);
      assertThat(HOST.fcntl(Cmsg.right(cmsg, 0), Fcntl.F_GETFD, 0)).isEqualTo(Fcntl.FD_CLOEXEC);
      assertThat(HOST.close(Cmsg.right(cmsg, 0))).isZero();
      assertThat(Cmsg.next(at, cmsg)).isZero();
    }
  }

  @Test
  void oneSendBecomesDatagrams_andIsJoinedAgain() throws Exception {
    try (Fd server = socket(Sockets.SOCK_DGRAM);
        Fd client = socket(Sockets.SOCK_DGRAM)) {
      bindToLoopback(server);
      connect(client, server);
      int bytes = Cmsg.setSegment(at + CONTROL, 100);
      assertThat(send(client, 250, bytes, 0)).isEqualTo(250);
      assertThat(receive(server, 1000, CONTROL_ROOM, 0)).isEqualTo(100);
      assertThat(receive(server, 60, CONTROL_ROOM, Sockets.MSG_TRUNC)).isEqualTo(100);
      assertThat(Msghdr.flags(at) & Sockets.MSG_TRUNC).isNotZero();
      assertThat(receive(server, 1000, CONTROL_ROOM, 0)).isEqualTo(50);

      set(server, Sockets.SOL_UDP, Sockets.UDP_GRO, 1);
      bytes = Cmsg.setSegment(at + CONTROL, 100);
      assertThat(send(client, 250, bytes, 0)).isEqualTo(250);
      assertThat(receive(server, 1000, CONTROL_ROOM, 0)).isEqualTo(250);
      assertThat(Cmsg.joined(Cmsg.first(at))).isEqualTo(100);
    }
  }

  @Test
  @SuppressWarnings("try") // an early close is what it is about
  void completionsAndErrorsComeByTheErrorQueue() throws Exception {
    try (Fd server = socket(Sockets.SOCK_DGRAM);
        Fd client = socket(Sockets.SOCK_DGRAM)) {
      bindToLoopback(server);
      connect(client, server);
      set(client, Sockets.SOL_SOCKET, Sockets.SO_ZEROCOPY, 1);
      set(client, Sockets.IPPROTO_IP, Sockets.IP_RECVERR, 1);
      assertThat(receive(client, 10, CONTROL_ROOM, Sockets.MSG_ERRQUEUE | Sockets.MSG_DONTWAIT))
          .isEqualTo(-Errno.EAGAIN);
      assertThat(send(client, 4000, 0, Sockets.MSG_ZEROCOPY)).isEqualTo(4000);
      assertThat(send(client, 4000, 0, Sockets.MSG_ZEROCOPY)).isEqualTo(4000);
      int first = readCompletion(client, 0);
      if (first == 0) {
        assertThat(readCompletion(client, 1)).isEqualTo(1);
      }
      // Nobody listens any more: the second send finds out what became of the first.
      server.close();
      assertThat(send(client, 1, 0, 0)).isEqualTo(1);
      assertThat(receive(client, 10, CONTROL_ROOM, Sockets.MSG_ERRQUEUE | Sockets.MSG_DONTWAIT))
          .isEqualTo(1);
      long error = Cmsg.error(Cmsg.first(at));
      assertThat(SockErr.errno(error)).isEqualTo(Errno.ECONNREFUSED);
      assertThat(SockErr.origin(error)).isEqualTo(Sockets.SO_EE_ORIGIN_ICMP);
      assertThat(SockErr.isZeroCopy(error)).isFalse();
    }
  }

  /// Reads one completion, which begins with send `low`, and answers the last send of it.
  private int readCompletion(Fd client, int low) {
    int flags = Sockets.MSG_ERRQUEUE | Sockets.MSG_DONTWAIT;
    assertThat(receive(client, 10, CONTROL_ROOM, flags)).isZero();
    assertThat(Msghdr.flags(at) & Sockets.MSG_ERRQUEUE).isNotZero();
    long error = Cmsg.error(Cmsg.first(at));
    assertThat(error).isNotZero();
    assertThat(SockErr.isZeroCopy(error)).isTrue();
    assertThat(SockErr.isCopied(error)).as("loopback copies").isTrue();
    assertThat(SockErr.info(error)).isEqualTo(low);
    return SockErr.data(error);
  }

  @Test
  void aConnectionKnowsHowFarItIs() throws Exception {
    try (Fd listener = socket(Sockets.SOCK_STREAM);
        Fd client = socket(Sockets.SOCK_STREAM)) {
      bindToLoopback(listener);
      assertThat(HOST.listen(listener.number(), 1)).isZero();
      connect(client, listener);
      try (Fd server = Fd.of(HOST, HOST.accept4(listener.number(), 0, 0, 0), "socket", "accept4")) {
        assertThat(send(client, 3000, 0, 0)).isEqualTo(3000);
        assertThat(receive(server, 3000, CONTROL_ROOM, Sockets.MSG_WAITALL)).isEqualTo(3000);
        assertThat(ask(client)).isGreaterThanOrEqualTo(TcpInfo.SIZE);
        assertThat(TcpInfo.state(at + DATA)).isEqualTo(TcpInfo.TCP_ESTABLISHED);
        assertThat(TcpInfo.bytesSent(at + DATA)).isEqualTo(3000);
        assertThat(TcpInfo.bytesAcked(at + DATA)).isBetween(0L, 3001L);
        assertThat(TcpInfo.bytesRetransmitted(at + DATA)).isZero();
        assertThat(TcpInfo.notSent(at + DATA)).isZero();
        assertThat(TcpInfo.sendMss(at + DATA)).isGreaterThan(500);
        assertThat(TcpInfo.rttMicros(at + DATA)).isPositive();
        assertThat(ask(server)).isGreaterThanOrEqualTo(TcpInfo.SIZE);
        assertThat(TcpInfo.bytesReceived(at + DATA)).isEqualTo(3000);
      }
    }
  }

  private int ask(Fd fd) {
    Memory.segment(at + DATA, TcpInfo.SIZE).fill((byte) 0);
    Memory.ALL.set(JAVA_INT, at + IOV, 1000);
    assertThat(HOST.getsockopt(fd.number(), Sockets.SOL_TCP, Sockets.TCP_INFO, at + DATA, at + IOV))
        .isZero();
    return Memory.ALL.get(JAVA_INT, at + IOV);
  }

  @Test
  void rareAddressesAreLaidOut() throws LinuxException {
    assertThat(RareAddr.setVsock(at, RareAddr.VMADDR_CID_HOST, 99)).isEqualTo(16);
    assertThat(SockAddr.family(at)).isEqualTo(Sockets.AF_VSOCK);
    assertThat(RareAddr.vsockContext(at)).isEqualTo(2);
    assertThat(RareAddr.vsockPort(at)).isEqualTo(99);
    assertThat(RareAddr.setPacket(at, RareAddr.ETH_P_IP, 5)).isEqualTo(20);
    assertThat(Memory.ALL.get(JAVA_BYTE, at + RareAddr.LL_PROTOCOL)).isEqualTo((byte) 8);
    assertThat(Memory.ALL.get(JAVA_INT, at + RareAddr.LL_IFINDEX)).isEqualTo(5);
    int number = HOST.socket(Sockets.AF_NETLINK, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, 0);
    try (Fd netlink = Fd.of(HOST, number, "netlink", "socket")) {
      assertThat(HOST.bind(netlink.number(), at, RareAddr.setNetlink(at, 0, 0))).isZero();
    }
  }
}
