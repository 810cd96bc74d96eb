package ropewalk.app.server;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import ropewalk.Ropewalk;
import ropewalk.net.Address;
import ropewalk.net.Listener;

/// A running proxy: each connection that comes is joined with one of its own to the target.
///
/// Thread-safe. The `Ropewalk` stays its owner's and must outlive the proxy.
public final class Proxy implements AutoCloseable {
  private final Listener listener;
  private final Reception reception;
  private final ProxyTotals totals = new ProxyTotals();
  private final AtomicBoolean isStopping = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  private Proxy(Ropewalk walk, ProxyOptions options, Listener listener) {
    this.listener = listener;
    this.reception =
        new Reception(
            listener,
            options.connectionsMax(),
            options.stopTimeout(),
            near -> new Passage(walk, options, totals, near));
  }

  /// Listens, and relays until [#close].
  ///
  /// @throws IOException if the address can't be had
  public static Proxy start(Ropewalk walk, ProxyOptions options) throws IOException {
    Proxy proxy = new Proxy(walk, options, walk.listen(options.listen()));
    proxy.reception.open();
    return proxy;
  }

  /// Where it listens; with the kernel's choice if port 0 was asked for.
  public Address address() {
    return listener.address();
  }

  /// How many connections are open now.
  public int connections() {
    return reception.guests();
  }

  /// What was relayed so far, counted when a connection ends.
  public ProxyTotals totals() {
    return totals;
  }

  /// Waits until the proxy has been closed.
  public void await() throws InterruptedException {
    ended.await();
  }

  /// Stops gracefully: no more connections; those that are open go on until they end by themselves
  /// or `stopTimeout` is over, and are reset then. Returns when all is closed.
  @Override
  public void close() {
    if (isStopping.compareAndSet(false, true)) {
      reception.close();
      ended.countDown();
    }
  }
}
