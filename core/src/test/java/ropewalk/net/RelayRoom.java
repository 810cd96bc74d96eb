package ropewalk.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.linux.Syscalls;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.KernelPipes;
import ropewalk.testkit.Pattern;

/// Two peers by the JDK's sockets, and between them a relay of ours that has not begun yet.
///
/// ```
///   peer ◄── connection ──► near │ relay │ far ◄── connection ──► other
/// ```
final class RelayRoom implements AutoCloseable {
  final Ropewalk walk;
  final KernelPipes pipes;
  final Relays relays;
  final SocketChannel peer;
  final SocketChannel other;
  final Relay relay;
  private final Socket near;
  private final Socket far;

  /// @param scheme `tcp` or `unix`
  RelayRoom(Path folder, String scheme, Engine.Choice choice, Syscalls syscalls, long idleNanos)
      throws IOException {
    walk =
        Ropewalk.builder()
            .syscalls(syscalls)
            .engine(Denied.granted(choice))
            .cacheBytes(0)
            .plan(PoolPlan.of(1 << 20, 1 << 20))
            .open();
    pipes = new KernelPipes(syscalls, KernelPipes.SIZE, 2);
    relays = new Relays(syscalls, pipes, 1);
    SocketChannel first = null;
    SocketChannel second = null;
    Socket one = null;
    Socket two = null;
    boolean isOpen = false;
    try (Listener here = walk.listen(name(folder, scheme));
        ServerSocketChannel there = server(folder, scheme)) {
      first = SocketChannel.open(address(here.address()));
      one = here.accept();
      two = walk.connect(name(there.getLocalAddress()));
      second = there.accept();
      isOpen = true;
    } finally {
      Files.deleteIfExists(folder.resolve("there"));
      if (!isOpen) {
        closeAll(first, second, one, two, relays, walk);
      }
    }
    peer = first;
    other = second;
    near = one;
    far = two;
    relay = new Relay(near, far, relays, idleNanos);
  }

  /// Begins, on a virtual thread.
  FutureTask<Relayed> start() {
    return start(relay::run);
  }

  static <T> FutureTask<T> start(Callable<T> callable) {
    FutureTask<T> task = new FutureTask<>(callable);
    Thread.ofVirtual().start(task);
    return task;
  }

  /// Sends `size` bytes of the pattern from `from` on.
  static void send(SocketChannel to, long from, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Pattern.bytes(from, size));
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /// All that comes until an orderly end; an IOException if there is none.
  static byte[] readAll(SocketChannel from) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    while (from.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
    }
    return all.toByteArray();
  }

  /// All that comes until any end.
  static byte[] readSome(SocketChannel from) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    try {
      while (from.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
    } catch (IOException e) {
      // What has arrived has arrived.
    }
    return all.toByteArray();
  }

  /// Exactly `size` bytes.
  static byte[] read(SocketChannel from, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      if (from.read(bytes) < 0) {
        throw new IOException("ended after " + bytes.position() + " of " + size + " bytes");
      }
    }
    return bytes.array();
  }

  private static String name(Path folder, String scheme) {
    return scheme.equals("tcp") ? "tcp://127.0.0.1:0" : "unix:" + folder.resolve("here");
  }

  private static String name(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? "tcp://127.0.0.1:" + inet.getPort()
        : "unix:" + address;
  }

  private static SocketAddress address(Address address) {
    return switch (address) {
      case Address.Tcp tcp -> new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.port());
      case Address.Unix unix -> UnixDomainSocketAddress.of(unix.path());
      default -> throw new IllegalArgumentException("relays join streams: " + address);
    };
  }

  private static ServerSocketChannel server(Path folder, String scheme) throws IOException {
    boolean isTcp = scheme.equals("tcp");
    ServerSocketChannel server =
        isTcp ? ServerSocketChannel.open() : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return server.bind(
        isTcp
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
            : UnixDomainSocketAddress.of(folder.resolve("there")));
  }

  /// The relay closes its sockets itself, unless it was never begun.
  @Override
  public void close() throws IOException {
    closeAll(peer, other, near, far, relays, walk);
  }

  private static void closeAll(@Nullable AutoCloseable... all) throws IOException {
    for (AutoCloseable one : all) {
      try {
        if (one != null) {
          one.close();
        }
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
