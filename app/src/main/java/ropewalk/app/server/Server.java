package ropewalk.app.server;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import ropewalk.Ropewalk;
import ropewalk.net.Address;
import ropewalk.net.Listener;

/// A running server: a directory, a port, and a virtual thread for each connection.
///
/// Thread-safe. The `Ropewalk` stays its owner's and must outlive the server.
public final class Server implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Server.class.getName());

  /// How long to wait when descriptors or memory have run out before the next accept: connections
  /// that end free them.
  private static final long RELIEF_MILLIS = 100;

  private final Ropewalk walk;
  private final ServeOptions options;
  private final Site site;
  private final Listener listener;
  private final Semaphore room;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread acceptor;
  private volatile boolean isStopping;

  private Server(Ropewalk walk, ServeOptions options, Site site, Listener listener) {
    this.walk = walk;
    this.options = options;
    this.site = site;
    this.listener = listener;
    this.room = new Semaphore(options.connectionsMax());
    this.acceptor = Thread.ofVirtual().name("accept " + listener.address()).unstarted(this::accept);
  }

  /// Opens the directory, binds, listens and serves until [#close].
  ///
  /// @throws IOException if the directory can't be opened or the port can't be had
  public static Server start(Ropewalk walk, ServeOptions options) throws IOException {
    Site site = new Site(walk, walk.root(options.root()), options.cacheBytes() > 0);
    Listener listener = null;
    try {
      listener = walk.listen(new Address.Tcp(options.bind(), options.port()).toString());
    } finally {
      if (listener == null) {
        site.close();
      }
    }
    Server server = new Server(walk, options, site, listener);
    server.acceptor.start();
    return server;
  }

  /// The port it listens on; the kernel's choice if 0 was asked for.
  public int port() {
    return listener.address() instanceof Address.Tcp tcp ? tcp.port() : 0;
  }

  /// How many connections are open now.
  public int connections() {
    return connections.size();
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
    synchronized (this) {
      if (isStopping) {
        return;
      }
      isStopping = true;
    }
    listener.close();
    acceptor.interrupt();
    join(acceptor);
    connections.forEach(Connection::stop);
    long deadline = System.nanoTime() + options.stopTimeout().toNanos();
    if (!isEmptyUntil(deadline)) {
      connections.forEach(Connection::cut);
      boolean _ = isEmptyUntil(Long.MAX_VALUE);
    }
    site.close();
    ended.countDown();
  }

  private void accept() {
    while (!isStopping) {
      try {
        room.acquire();
        Connection connection = null;
        try {
          connection = new Connection(walk, site, options, listener.accept());
        } finally {
          if (connection == null) {
            room.release();
          }
        }
        start(connection);
      } catch (InterruptedException | ClosedChannelException e) {
        if (isStopping) {
          return;
        }
        LOG.log(Level.WARNING, "accepting goes on after", e);
      } catch (IOException e) {
        LOG.log(Level.WARNING, () -> "accept: " + e.getMessage());
        relieve();
      }
    }
  }

  private void start(Connection connection) {
    connections.add(connection);
    Thread.ofVirtual()
        .name("serve")
        .start(
            () -> {
              try {
                connection.run();
              } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "a fault of ours ended a connection", e);
              } finally {
                connections.remove(connection);
                room.release();
              }
            });
  }

  /// All permits are back when the last connection has left.
  private boolean isEmptyUntil(long deadlineNanos) {
    long left =
        deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - System.nanoTime();
    try {
      boolean isEmpty =
          room.tryAcquire(options.connectionsMax(), Math.max(left, 0), TimeUnit.NANOSECONDS);
      if (isEmpty) {
        room.release(options.connectionsMax());
      }
      return isEmpty;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void relieve() {
    try {
      Thread.sleep(RELIEF_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
