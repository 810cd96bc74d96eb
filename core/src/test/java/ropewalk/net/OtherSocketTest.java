package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.RareAddr;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.testkit.ChildVm;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// Families that the library knows nothing of: bytes go out and come in by copy, as they were. Each
/// where this kernel has it and this process may.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherSocketTest {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  /// An IP protocol for experiments (RFC 3692): nobody answers.
  private static final int EXPERIMENT = 253;

  private static final int IP_HEADER = 20;

  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(4 << 20, 1 << 20))
        .open();
  }

  private static OtherSocket socket(Ropewalk walk, int family, int type, int protocol)
      throws IOException {
    try {
      OtherSocket socket = OtherSocket.open(walk.engine(), walk.pool(), family, type, protocol);
      socket.receiveTimeout(PATIENCE_NANOS);
      socket.sendTimeout(PATIENCE_NANOS);
      return socket;
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES) {
        return abort("this process may not: " + e.getMessage());
      }
      if (e.errno() == Errno.EPROTONOSUPPORT
          || e.errno() == Errno.ESOCKTNOSUPPORT
          || e.errno() == Errno.EAFNOSUPPORT) {
        return abort("this kernel has not got it: " + e.getMessage());
      }
      throw e;
    }
  }

  private static SocketName loopback(int port) throws IOException {
    return SocketName.of(
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
  }

  private static SocketName loopback6() throws IOException {
    byte[] one = new byte[16];
    one[15] = 1;
    return SocketName.of(new InetSocketAddress(InetAddress.getByAddress(one), 0));
  }

  private static byte[] receive(OtherSocket socket, Arena arena) throws IOException {
    MemorySegment target = arena.allocate(1 << 17);
    Received received = socket.receive(target);
    assertThat(received.isTruncated()).isFalse();
    return target.asSlice(0, received.length()).toArray(ValueLayout.JAVA_BYTE);
  }

  private static IovIter own(Arena arena, byte[] bytes) {
    MemorySegment memory = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return IovIter.source(memory);
  }

  // ---- raw IP and ping

  @ParameterizedTest
  @EnumSource(
      value = Engine.Choice.class,
      names = {"EPOLL", "IO_URING"})
  @DisplayName("R-60: pages sent and moved to raw sockets arrive as they are")
  void rawSocketsGetWhatIsMoved(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Arena arena = Arena.ofShared();
        TempFiles files = new TempFiles()) {
      for (boolean isSix : new boolean[] {false, true}) {
        if (isSix) {
          Family.assumeIpv6();
        }
        int family = isSix ? Sockets.AF_INET6 : Sockets.AF_INET;
        int header = isSix ? 0 : IP_HEADER;
        try (OtherSocket receiver = socket(walk, family, Sockets.SOCK_RAW, EXPERIMENT);
            OtherSocket sender = socket(walk, family, Sockets.SOCK_RAW, EXPERIMENT)) {
          receiver.bind(isSix ? loopback6() : loopback(0));
          sender.connect(isSix ? loopback6() : loopback(0), Engine.FOREVER);
          Gen gen = Gen.seeded(60);
          for (int i = 0; i < 24; i++) {
            int size = (int) gen.edgy(1, 60_000);
            byte[] bytes = Pattern.bytes(i, size);
            int flags = gen.bool() ? SendFlags.NONE : SendFlags.MORE;
            assertThat(sender.sendMessage(own(arena, bytes), flags)).isEqualTo(size);
            sender.finish();
            byte[] came = receive(receiver, arena);
            assertThat(came).hasSize(header + size);
            Pattern.verify(Arrays.copyOfRange(came, header, came.length), i);
          }
          for (boolean isRelaxed : new boolean[] {false, true}) {
            MoveOptions options = isRelaxed ? MoveOptions.DEFAULT.relaxed() : MoveOptions.DEFAULT;
            try (var file = walk.plainFile(files.pattern("r" + family + isRelaxed, 20_000))) {
              assertThat(walk.move(file, sender, options).accepted()).isEqualTo(20_000);
            }
            for (int at = 0; at < 20_000; ) {
              byte[] came = receive(receiver, arena);
              assertThat(came.length - header).isLessThanOrEqualTo(sender.messageBytes());
              Pattern.verify(Arrays.copyOfRange(came, header, came.length), at);
              at += came.length - header;
            }
          }
        }
      }
    }
  }

  /// With the header included the kernel takes it from the caller: another way through its code.
  @Test
  @DisplayName("R-60: pages with their own IP header arrive as they are")
  void rawSocketsWithTheirHeader() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        Arena arena = Arena.ofShared();
        OtherSocket receiver = socket(walk, Sockets.AF_INET, Sockets.SOCK_RAW, EXPERIMENT);
        OtherSocket sender = socket(walk, Sockets.AF_INET, Sockets.SOCK_RAW, Sockets.IPPROTO_RAW)) {
      receiver.bind(loopback(0));
      for (int size : new int[] {1, 100, 1400, 4096, 30_000, 65_515}) {
        ByteBuffer packet = ByteBuffer.allocate(IP_HEADER + size);
        packet.put(new byte[] {0x45, 0, 0, 0, 0, 0, 0, 0, 64, (byte) EXPERIMENT, 0, 0});
        packet.put(new byte[] {127, 0, 0, 1, 127, 0, 0, 1}).put(Pattern.bytes(0, size));
        sender.sendMessage(own(arena, packet.array()), SendFlags.NONE, loopback(0));
        byte[] came = receive(receiver, arena);
        Pattern.verify(Arrays.copyOfRange(came, IP_HEADER, came.length), 0);
        assertThat(came).hasSize(IP_HEADER + size);
      }
      IovIter tooLong = own(arena, new byte[65_536]);
      assertThatThrownBy(() -> sender.sendMessage(tooLong, SendFlags.NONE, loopback(0)))
          .isInstanceOfSatisfying(
              MessageTooLongException.class,
              e -> {
                assertThat(e.size()).isEqualTo(65_536);
                assertThat(e.limit()).as("only the kernel knows").isNegative();
              });
      assertThat(tooLong.count()).isEqualTo(65_536);
    }
  }

  @Test
  void rawPingIsAnswered() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        Arena arena = Arena.ofShared();
        OtherSocket ping = socket(walk, Sockets.AF_INET, Sockets.SOCK_RAW, Sockets.IPPROTO_ICMP)) {
      ping.connect(loopback(0), Engine.FOREVER);
      byte[] question = PingMain.question(0x7357, 1, Pattern.bytes(0, 500));
      assertThat(ping.sendMessage(own(arena, question), SendFlags.NONE)).isEqualTo(question.length);
      byte[] answer;
      do {
        answer = receive(ping, arena); // others may ping too, and the question comes in as well
      } while (answer[IP_HEADER] != 0 || ByteBuffer.wrap(answer).getShort(IP_HEADER + 4) != 0x7357);
      Pattern.verify(Arrays.copyOfRange(answer, IP_HEADER + 8, answer.length), 0);
    }
  }

  /// Ping sockets are for groups that a sysctl names, by default none: in a network of its own it
  /// can be set.
  @Test
  @DisplayName("R-60: pages sent and moved to ping sockets arrive as they are")
  void pingSocketsAreAnswered() throws Exception {
    OnHost.root();
    OnHost.program("unshare");
    OnHost.program("ip");
    List<String> ping =
        ChildVm.command(PingMain.class, List.of(Ropewalk.class, HostSyscalls.class, Pattern.class));
    String inside =
        "ip link set lo up && echo '0 0' > /proc/sys/net/ipv4/ping_group_range && exec \"$@\"";
    String[] command = new String[ping.size() + 6];
    List<String> before = List.of("unshare", "-n", "sh", "-c", inside, "sh");
    for (int i = 0; i < command.length; i++) {
      command[i] = i < 6 ? before.get(i) : ping.get(i - 6);
    }
    try (TempFiles files = new TempFiles();
        Peer peer = Peer.started(files.folder(), command)) {
      String line = peer.line();
      assumeTrue(!line.startsWith("unshare:"), line);
      assertThat(line).isEqualTo("answered 24 moved 5000");
      peer.expectLast();
    }
  }

  // ---- below and beside IP

  @Test
  void packetsOfADevice() throws Exception {
    NetworkInterface lo = NetworkInterface.getByName("lo");
    assumeTrue(lo != null && lo.isUp(), "no device lo");
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        Arena arena = Arena.ofShared();
        Scratch scratch = new Scratch(RareAddr.SIZE_LL)) {
      int experiment = 0x88b5; // IEEE 802, for local experiments
      int length = RareAddr.setPacket(scratch.address(), experiment, lo.getIndex());
      SocketName name =
          SocketName.ofBytes(scratch.segment().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
      assertThat(name.family()).isEqualTo(Sockets.AF_PACKET);
      short order =
          ByteBuffer.allocate(2)
              .order(ByteOrder.BIG_ENDIAN)
              .putShort((short) experiment)
              .order(ByteOrder.nativeOrder())
              .getShort(0);
      try (OtherSocket packets = socket(walk, Sockets.AF_PACKET, Sockets.SOCK_RAW, order)) {
        packets.bind(name);
        Gen gen = Gen.seeded(17);
        for (int i = 0; i < 24; i++) {
          int size = (int) gen.edgy(1, 60_000);
          ByteBuffer frame = ByteBuffer.allocate(14 + size);
          frame.putShort(12, (short) experiment).position(14).put(Pattern.bytes(i, size));
          packets.sendMessage(own(arena, frame.array()), SendFlags.NONE);
          MemorySegment target = arena.allocate(1 << 17);
          Received received = packets.receive(target);
          assertThat(received.size()).isEqualTo(14 + size);
          Pattern.verify(target.asSlice(14, size), i);
          SocketName from = received.from();
          assertThat(from == null ? 0 : from.family()).isEqualTo(Sockets.AF_PACKET);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theKernelTellsOfItsLinks(boolean asPages) throws Exception {
    int getLink = 18; // RTM_GETLINK
    int newLink = 16;
    int done = 3; // NLMSG_DONE
    int dump = 0x301; // NLM_F_REQUEST | NLM_F_DUMP
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        Arena arena = Arena.ofShared();
        OtherSocket netlink = socket(walk, Sockets.AF_NETLINK, Sockets.SOCK_RAW, 0);
        var pipe = walk.pipe(4)) {
      netlink.bind(netlinkName());
      ByteBuffer ask = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
      ask.putInt(32).putShort((short) getLink).putShort((short) dump).putInt(7).putInt(0);
      netlink.sendMessage(own(arena, ask.array()), SendFlags.NONE, netlinkName());
      int links = 0;
      boolean isDone = false;
      while (!isDone) {
        byte[] came;
        if (asPages) {
          long got = netlink.fill(pipe, Long.MAX_VALUE, new Tally());
          try (PageRef page = Objects.requireNonNull(pipe.take())) {
            came = page.bytes().toArray(ValueLayout.JAVA_BYTE);
          }
          assertThat(came).hasSize((int) got);
        } else {
          came = receive(netlink, arena);
        }
        ByteBuffer answer = ByteBuffer.wrap(came).order(ByteOrder.nativeOrder());
        while (answer.remaining() >= 16) {
          int at = answer.position();
          int length = answer.getInt(at);
          int type = answer.getShort(at + 4);
          assertThat(answer.getInt(at + 8)).as("its number").isEqualTo(7);
          links += type == newLink ? 1 : 0;
          isDone |= type == done;
          answer.position(Math.min(answer.limit(), at + (length + 3 & ~3)));
        }
      }
      assertThat(links).as("links, lo among them").isPositive();
    }
  }

  private static SocketName netlinkName() {
    try (Scratch scratch = new Scratch(RareAddr.SIZE_NL)) {
      int length = RareAddr.setNetlink(scratch.address(), 0, 0);
      return SocketName.ofBytes(
          scratch.segment().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  // ---- other streams

  @ParameterizedTest
  @EnumSource(
      value = Engine.Choice.class,
      names = {"EPOLL", "IO_URING"})
  void bytesOverSeveralPaths(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        OtherSocket listener =
            socket(walk, Sockets.AF_INET, Sockets.SOCK_STREAM, Sockets.IPPROTO_MPTCP)) {
      listener.bind(loopback(0));
      stream(walk, listener, listener.local(), Sockets.AF_INET, Sockets.IPPROTO_MPTCP);
    }
  }

  @Test
  void bytesOverSctp() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        OtherSocket listener =
            socket(walk, Sockets.AF_INET, Sockets.SOCK_STREAM, Sockets.IPPROTO_SCTP)) {
      listener.bind(loopback(0));
      stream(walk, listener, listener.local(), Sockets.AF_INET, Sockets.IPPROTO_SCTP);
    }
  }

  @Test
  void bytesOverVsock() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        OtherSocket listener = socket(walk, Sockets.AF_VSOCK, Sockets.SOCK_STREAM, 0);
        Scratch scratch = new Scratch(RareAddr.SIZE_VM)) {
      listener.bind(vsock(scratch, RareAddr.VMADDR_CID_ANY, RareAddr.VMADDR_PORT_ANY));
      byte[] bound = listener.local().bytes();
      int port = ByteBuffer.wrap(bound).order(ByteOrder.nativeOrder()).getInt(RareAddr.VM_PORT);
      SocketName here = vsock(scratch, RareAddr.VMADDR_CID_LOCAL, port);
      stream(walk, listener, here, Sockets.AF_VSOCK, 0);
    }
  }

  private static SocketName vsock(Scratch scratch, int context, int port) {
    int length = RareAddr.setVsock(scratch.address(), context, port);
    return SocketName.ofBytes(scratch.segment().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  /// A file moved one way, and messages in every form the other way.
  private static void stream(
      Ropewalk walk, OtherSocket listener, SocketName address, int family, int protocol)
      throws Exception {
    int size = 300_001;
    listener.listen(1);
    try (OtherSocket near = socket(walk, family, Sockets.SOCK_STREAM, protocol)) {
      try {
        near.connect(address, Engine.in(2_000_000_000L));
      } catch (SocketTimeoutException e) {
        abort("nobody answers over loopback: " + e.getMessage());
      } catch (LinuxException e) {
        assumeTrue(family != Sockets.AF_VSOCK, "no loopback of VSOCK: " + e.getMessage());
        throw e;
      }
      try (OtherSocket far = listener.accept();
          TempFiles files = new TempFiles();
          Arena arena = Arena.ofShared();
          var file = walk.plainFile(files.pattern("f", size))) {
        far.receiveTimeout(PATIENCE_NANOS);
        Checking checking = new Checking(0);
        FutureTask<Moved> receiving = new FutureTask<>(() -> walk.move(far, checking));
        Thread.ofVirtual().start(receiving);
        assertThat(walk.move(file, near).accepted()).isEqualTo(size);
        IovIter rest = own(arena, Pattern.bytes(size, 100_000));
        while (rest.count() > 0) {
          assertThat(near.sendMessage(rest, SendFlags.MORE)).isPositive();
        }
        near.shutdownOutput();
        receiving.get();
        assertThat(checking.position).isEqualTo(size + 100_000L);
        far.sendMessage(own(arena, Pattern.bytes(0, 10)), SendFlags.NONE);
        MemorySegment target = arena.allocate(10);
        for (long at = 0; at < 10; ) {
          at += near.receive(target.asSlice(at)).length();
        }
        Pattern.verify(target, 0);
        far.shutdownOutput();
        assertThat(near.receive(target).isEnd()).isTrue();
        assertThatThrownBy(near::sendEmpty).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  // ---- failures

  /// Families that need no privilege, as if they were unknown ones: datagrams and a stream.
  @ParameterizedTest
  @EnumSource(names = {"EINTR", "EAGAIN", "SHORT", "EMFILE"})
  void faultAtEveryCall(Fault fault) throws Exception {
    for (Engine.Choice choice : List.of(Engine.Choice.EPOLL, Engine.Choice.IO_URING)) {
      int runs =
          FaultySyscalls.sweep(
              HostSyscalls.host(),
              fault,
              faulty -> {
                try {
                  datagramsAndBytes(faulty, choice);
                } catch (IOException e) {
                  assertThat(fault).as("harmless: " + e).isEqualTo(Fault.EMFILE);
                }
              });
      assertThat(runs).isPositive();
    }
  }

  private static void datagramsAndBytes(FaultySyscalls faulty, Engine.Choice choice)
      throws IOException {
    try (Ropewalk walk =
            Ropewalk.builder()
                .syscalls(faulty.calls())
                .engine(Denied.granted(choice))
                .cacheBytes(0)
                .plan(PoolPlan.of(2 << 20, 1 << 20))
                .open();
        Arena arena = Arena.ofShared();
        Pipe pipe = Pipe.open(4);
        OtherSocket bound = socket(walk, Sockets.AF_INET, Sockets.SOCK_DGRAM, 0);
        OtherSocket sender = socket(walk, Sockets.AF_INET, Sockets.SOCK_DGRAM, 0);
        OtherSocket listener = socket(walk, Sockets.AF_INET, Sockets.SOCK_STREAM, 0);
        OtherSocket near = socket(walk, Sockets.AF_INET, Sockets.SOCK_STREAM, 0)) {
      bound.bind(loopback(0));
      sender.connect(bound.local(), Engine.FOREVER);
      sender.sendMessage(own(arena, Pattern.bytes(0, 3000)), SendFlags.MORE);
      sender.sendMessage(own(arena, Pattern.bytes(3000, 1)), SendFlags.NONE);
      byte[] came = receive(bound, arena);
      assertThat(came).hasSize(3001);
      Pattern.verify(came, 0);
      listener.bind(loopback(0));
      listener.listen(1);
      near.connect(listener.local(), Engine.in(PATIENCE_NANOS));
      try (OtherSocket far = listener.accept()) {
        far.receiveTimeout(PATIENCE_NANOS);
        IovIter rest = own(arena, Pattern.bytes(0, 20_000));
        while (rest.count() > 0) {
          long before = rest.count();
          long sent = near.sendMessage(rest, SendFlags.NONE);
          assertThat(sent).isPositive().isEqualTo(before - rest.count());
        }
        near.shutdownOutput();
        long at = 0;
        for (long got = 0; got >= 0; at += Math.max(got, 0)) {
          got = far.fill(pipe, 7_000, new Tally());
          if (got > 0) {
            Pattern.verify(Objects.requireNonNull(pipe.peek()).bytes(), at);
            pipe.consume(got);
          }
        }
        assertThat(at).isEqualTo(20_000);
      }
    }
  }

  @Test
  void whatTheKernelHasNotGotIsSaid() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.AUTO)) {
      assertThatThrownBy(() -> OtherSocket.open(walk.engine(), walk.pool(), 45, 1, 0))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("EAFNOSUPPORT");
    }
  }
}
