package ropewalk.app.server;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.net.Relay;
import ropewalk.net.Relayed;
import ropewalk.net.Socket;

/// One connection through the proxy, on a virtual thread of its own that connects, hands the bytes
/// over to the threads of [ropewalk.net.Relays], and waits for the end.
///
/// ```
///   CONNECTING ──────► RELAYING ──────► ended, one line for the log
///       │ no target        │ cut
///       ▼                  ▼
///    near is reset      both are reset
/// ```
///
/// A stop leaves it alone: who relays bytes without reading them can't know when nothing would be
/// cut off. It ends when its peers do, or by the cut at the deadline.
final class Passage implements Reception.Guest {
  private static final Logger LOG = System.getLogger(Passage.class.getName());

  private static final String STOPPING = "cut: the proxy stops";

  private final Ropewalk walk;
  private final ProxyOptions options;
  private final ProxyTotals totals;
  private final Socket near;
  // guarded by this
  private @Nullable Thread connecting;
  private @Nullable Relay relay;
  private boolean isCut;

  /// Takes `near`.
  Passage(Ropewalk walk, ProxyOptions options, ProxyTotals totals, Socket near) {
    this.walk = walk;
    this.options = options;
    this.totals = totals;
    this.near = near;
  }

  /// Relays until both sides have had enough; then both sockets are closed.
  @Override
  public void run() {
    PassageLine line = new PassageLine(near.peer(), options.target());
    Relay joined;
    try {
      joined = join();
    } catch (IOException e) {
      reset();
      totals.addUnjoined();
      options.log().accept(line.unjoined(isCut() ? new IOException(STOPPING) : e));
      return;
    }
    Relayed relayed = joined.run();
    totals.add(relayed);
    options.log().accept(line.relayed(relayed));
  }

  @Override
  public void stop() {}

  @Override
  public synchronized void cut() {
    isCut = true;
    if (relay != null) {
      relay.cut();
    } else if (connecting != null) {
      connecting.interrupt();
    }
  }

  /// Connects to the target and joins both.
  private Relay join() throws IOException {
    begin();
    Socket far = null;
    try {
      far = walk.connect(options.target(), options.connectTimeout());
    } finally {
      if (far == null) {
        begun();
      }
    }
    Relay joined = walk.relay(near, far, options.idleTimeout());
    synchronized (this) {
      begun();
      relay = joined;
      if (isCut) {
        joined.cut(); // its run returns at once and says so
      }
    }
    return joined;
  }

  private synchronized boolean isCut() {
    return isCut;
  }

  private synchronized void begin() throws IOException {
    if (isCut) {
      throw new IOException(STOPPING);
    }
    connecting = Thread.currentThread();
  }

  /// From here on nobody interrupts this thread any more; what came too late is forgotten.
  private synchronized void begun() {
    connecting = null;
    boolean _ = Thread.interrupted();
  }

  private void reset() {
    try {
      near.reset();
    } catch (IOException e) {
      // The peer was faster; it knows already.
      LOG.log(Level.DEBUG, () -> "reset of " + near.peer() + ": " + e.getMessage());
    }
  }
}
