package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static ropewalk.net.OtherRoom.EXPERIMENT;
import static ropewalk.net.OtherRoom.loopback;
import static ropewalk.net.OtherRoom.loopback6;
import static ropewalk.net.OtherRoom.open;
import static ropewalk.net.OtherRoom.own;
import static ropewalk.net.OtherRoom.receive;
import static ropewalk.net.OtherRoom.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.RareAddr;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.page.PageRef;
import ropewalk.splice.MoveOptions;
import ropewalk.testkit.ChildVm;
import ropewalk.testkit.Gen;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// Families that the library knows nothing of: bytes go out and come in by copy, as they were. Each
/// where this kernel has it and this process may.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherSocketTest {
  private static final int IP_HEADER = 20;

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

  @Test
  void whatTheKernelHasNotGotIsSaid() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.AUTO)) {
      assertThatThrownBy(() -> OtherSocket.open(walk.engine(), walk.pool(), 45, 1, 0))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("EAFNOSUPPORT");
    }
  }
}
