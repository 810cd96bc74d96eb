package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.PoolPlan;

/// What the tests of unknown families share: sockets that skip where there are none, addresses,
/// bytes.
final class OtherRoom {
  private OtherRoom() {}

  static final long PATIENCE_NANOS = 10_000_000_000L;

  /// An IP protocol for experiments (RFC 3692): nobody answers.
  static final int EXPERIMENT = 253;

  static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(4 << 20, 1 << 20))
        .open();
  }

  static OtherSocket socket(Ropewalk walk, int family, int type, int protocol) throws IOException {
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

  static SocketName loopback(int port) throws IOException {
    return SocketName.of(
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
  }

  static SocketName loopback6() throws IOException {
    byte[] one = new byte[16];
    one[15] = 1;
    return SocketName.of(new InetSocketAddress(InetAddress.getByAddress(one), 0));
  }

  static byte[] receive(OtherSocket socket, Arena arena) throws IOException {
    MemorySegment target = arena.allocate(1 << 17);
    Received received = socket.receive(target);
    assertThat(received.isTruncated()).isFalse();
    return target.asSlice(0, received.length()).toArray(ValueLayout.JAVA_BYTE);
  }

  static IovIter own(Arena arena, byte[] bytes) {
    MemorySegment memory = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return IovIter.source(memory);
  }
}
