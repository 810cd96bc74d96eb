package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// Two sockets and memory for what they say.
final class UdpRoom implements AutoCloseable {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  final Ropewalk walk;
  final Udp receiver;
  final Udp sender;
  final Arena arena = Arena.ofShared();
  final MemorySegment target = arena.allocate(1 << 16);

  UdpRoom(String host, Syscalls syscalls, Engine.Choice choice) throws IOException {
    if (host.indexOf(':') >= 0) {
      Family.assumeIpv6();
    }
    walk =
        Ropewalk.builder()
            .syscalls(syscalls)
            .engine(Denied.granted(choice))
            .cacheBytes(0)
            .plan(PoolPlan.of(4 << 20, 1 << 20))
            .open();
    Udp bound = null;
    Udp connected = null;
    try {
      bound = Udp.bind(walk.engine(), walk.pool(), new Address.Udp(host, 0));
      connected = Udp.connect(walk.engine(), walk.pool(), bound.local());
    } finally {
      if (connected == null) {
        if (bound != null) {
          bound.close();
        }
        walk.close();
        arena.close();
      }
    }
    receiver = bound;
    sender = connected;
    receiver.receiveTimeout(PATIENCE_NANOS);
    sender.sendTimeout(PATIENCE_NANOS);
  }

  UdpRoom(String host) throws IOException {
    this(host, HostSyscalls.host(), Engine.Choice.AUTO);
  }

  /// The caller's memory with the pattern.
  IovIter own(long from, int length) {
    MemorySegment memory = arena.allocate(Math.max(length, 1)).asSlice(0, length);
    Pattern.fill(memory, from);
    return IovIter.source(memory);
  }

  PageRef page(long from, int length) throws IOException {
    PageRef page = walk.pool().take(length, FolioClass.RING);
    Pattern.fill(page.target().asSlice(0, length), from);
    page.publish(length);
    return page;
  }

  /// The next datagram, which has to be the pattern from `from` on; answers its length.
  int expect(long from) throws IOException {
    Received received = receiver.receive(target);
    assertThat(received.isTruncated()).isFalse();
    Pattern.verify(target.asSlice(0, received.length()), from);
    return (int) received.length();
  }

  void expectNothing() throws IOException {
    receiver.receiveTimeout(20_000_000);
    assertThatThrownBy(() -> receiver.receive(target)).isInstanceOf(SocketTimeoutException.class);
    receiver.receiveTimeout(PATIENCE_NANOS);
  }

  @Override
  public void close() {
    sender.close();
    receiver.close();
    walk.close();
    arena.close();
  }
}
