package ropewalk.app.server;

import java.util.concurrent.atomic.LongAdder;
import ropewalk.net.Relayed;

/// What a proxy has done so far. Thread-safe; each figure is true for itself, together only at
/// rest.
public final class ProxyTotals {
  private final LongAdder ended = new LongAdder();
  private final LongAdder broken = new LongAdder();
  private final LongAdder forth = new LongAdder();
  private final LongAdder back = new LongAdder();

  /// A connection that was relayed has ended.
  void add(Relayed relayed) {
    forth.add(relayed.forth());
    back.add(relayed.back());
    (relayed.isWhole() ? ended : broken).increment();
  }

  /// A connection has ended for which there was no target.
  void addUnjoined() {
    broken.increment();
  }

  /// Connections in which both sides ended in order.
  public long ended() {
    return ended.sum();
  }

  /// Connections that ended otherwise.
  public long broken() {
    return broken.sum();
  }

  /// Bytes that targets have accepted.
  public long forth() {
    return forth.sum();
  }

  /// Bytes that those who came have accepted.
  public long back() {
    return back.sum();
  }
}
