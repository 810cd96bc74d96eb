package ropewalk.app.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import ropewalk.Ropewalk;
import ropewalk.net.Address;

/// A target that a test plays itself, a proxy before it, and clients, all over TCP. Closing it
/// closes all, and the house complains about what is still held.
final class Proxied implements AutoCloseable {
  /// No test waits longer for what is not going to come.
  private static final int PATIENCE_MILLIS = 30_000;

  final List<String> log = new CopyOnWriteArrayList<>();
  final ServerSocket target;
  final Ropewalk walk;
  final Proxy proxy;

  Proxied(UnaryOperator<ProxyOptions> change) throws IOException {
    target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    target.setSoTimeout(PATIENCE_MILLIS);
    walk = Ropewalk.builder().cacheBytes(0).open();
    ProxyOptions options =
        ProxyOptions.of("tcp://127.0.0.1:0", "tcp://127.0.0.1:" + target.getLocalPort())
            .withLog(log::add);
    Proxy started = null;
    try {
      started = Proxy.start(walk, change.apply(options));
    } finally {
      if (started == null) {
        walk.close();
        target.close();
      }
    }
    proxy = started;
  }

  int port() {
    return ((Address.Tcp) proxy.address()).port();
  }

  /// A client that is connected to the proxy, though perhaps not let in yet.
  Socket client() throws IOException {
    Socket client = new Socket();
    client.setSoTimeout(PATIENCE_MILLIS);
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    return client;
  }

  /// The target's end of the next connection.
  Socket accept() throws IOException {
    Socket accepted = target.accept();
    accepted.setSoTimeout(PATIENCE_MILLIS);
    return accepted;
  }

  /// The log's lines when there are `count` of them: a line is written behind the last byte.
  List<String> lines(int count) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (log.size() < count && System.nanoTime() < deadline) {
      Thread.sleep(2);
    }
    return List.copyOf(log);
  }

  @Override
  public void close() throws IOException {
    try (target;
        walk) {
      proxy.close();
    }
  }
}
