package ropewalk.app.server;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import ropewalk.Ropewalk;
import ropewalk.net.Address;
import ropewalk.net.Listener;

/// A running server: a directory, a port, and a virtual thread for each connection.
///
/// Thread-safe. The `Ropewalk` stays its owner's and must outlive the server.
public final class Server implements AutoCloseable {
  private final Closing closing;
  private final Listener listener;
  private final Reception reception;
  private final AtomicBoolean isStopping = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  private Server(
      Ropewalk walk, ServeOptions options, Answering site, Closing closing, Listener listener) {
    this.closing = closing;
    this.listener = listener;
    this.reception =
        new Reception(
            listener,
            options.connectionsMax(),
            options.stopTimeout(),
            socket -> new Connection(walk, site, options, socket));
  }

  /// Opens the directory, binds, listens and serves until [#close].
  ///
  /// @throws IOException if the directory can't be opened or the port can't be had
  public static Server start(Ropewalk walk, ServeOptions options) throws IOException {
    Site site = new Site(walk, walk.root(options.root()), options.cacheBytes() > 0);
    return start(walk, options, site, site::close);
  }

  /// Serves the figures of the house instead of a folder: `/metrics`, for collectors and for
  /// `doctor --stats`. Of `options` it takes where to listen and how long to wait; nothing is
  /// logged.
  ///
  /// @throws IOException if the port can't be had
  public static Server stats(Ropewalk walk, ServeOptions options) throws IOException {
    ServeOptions quiet = options.withLog(line -> {});
    return start(walk, quiet, new StatsPage(walk.metrics()), () -> {});
  }

  /// What has to be closed behind the last answer.
  private interface Closing {
    void close();
  }

  private static Server start(Ropewalk walk, ServeOptions options, Answering site, Closing closing)
      throws IOException {
    Listener listener = null;
    try {
      listener = walk.listen(new Address.Tcp(options.bind(), options.port()).toString());
    } finally {
      if (listener == null) {
        closing.close();
      }
    }
    Server server = new Server(walk, options, site, closing, listener);
    server.reception.open();
    return server;
  }

  /// The port it listens on; the kernel's choice if 0 was asked for.
  public int port() {
    return listener.address() instanceof Address.Tcp tcp ? tcp.port() : 0;
  }

  /// How many connections are open now.
  public int connections() {
    return reception.guests();
  }

  /// Waits until the server has been closed.
  public void await() throws InterruptedException {
    ended.await();
  }

  /// Stops gracefully: no more connections, idle ones end, responses under way are finished until
  /// `stopTimeout`; what is left then is cut by a reset, so that nobody takes a part for the whole.
  /// Returns when all is closed.
  @Override
  public void close() {
    if (isStopping.compareAndSet(false, true)) {
      reception.close();
      closing.close();
      ended.countDown();
    }
  }
}
