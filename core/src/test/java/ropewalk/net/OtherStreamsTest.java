package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static ropewalk.net.OtherRoom.PATIENCE_NANOS;
import static ropewalk.net.OtherRoom.loopback;
import static ropewalk.net.OtherRoom.open;
import static ropewalk.net.OtherRoom.own;
import static ropewalk.net.OtherRoom.receive;
import static ropewalk.net.OtherRoom.socket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.RareAddr;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Moved;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// Streams of families that the library knows nothing of, and a fault at every call of such
/// sockets.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherStreamsTest {
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
}
