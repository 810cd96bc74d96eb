package ropewalk.app.server;

import java.time.Duration;
import java.util.function.Consumer;

/// Between whom to relay, and how much of it at a time. Immutable; each `with` gives a changed
/// copy.
///
/// @param listen `tcp://HOST:PORT` (port 0: the kernel chooses) or `unix:PATH`
/// @param target the same forms; connected to anew for each connection that comes
/// @param connectionsMax how many connections at a time; further ones wait in the kernel's queue
/// @param connectTimeout how long the target may take to accept
/// @param idleTimeout how long no byte may go either way before both sides are reset; zero for ever
/// @param stopTimeout how long a graceful stop waits for connections to end by themselves
/// @param log takes one line for each connection, without a line end; called by many threads
public record ProxyOptions(
    String listen,
    String target,
    int connectionsMax,
    Duration connectTimeout,
    Duration idleTimeout,
    Duration stopTimeout,
    Consumer<String> log) {

  /// What nginx and HAProxy's examples have for a connect is 60 s and 5 s; a target on the same
  /// continent answers in a tenth of a second, or after a lost packet in one and in three.
  private static final Duration CONNECT_USUAL = Duration.ofSeconds(10);

  /// nginx's `proxy_timeout`. Peers that keep silent for longer send keep-alives of their own.
  private static final Duration IDLE_USUAL = Duration.ofMinutes(10);

  /// Docker kills 10 s after it asked to stop; be done before that.
  private static final Duration STOP_USUAL = Duration.ofSeconds(8);

  /// A connection takes two descriptors, and four more while both ways are busy: 400 of them fit a
  /// limit of 4096, to which the virtual machine raises itself almost everywhere.
  private static final int CONNECTIONS_USUAL = 400;

  public ProxyOptions {
    if (connectionsMax < 1) {
      throw new IllegalArgumentException(
          "connectionsMax must be at least 1: connectionsMax=" + connectionsMax);
    }
    if (connectTimeout.isNegative() || idleTimeout.isNegative() || stopTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "time-outs must not be negative: connectTimeout=%s, idleTimeout=%s, stopTimeout=%s"
              .formatted(connectTimeout, idleTimeout, stopTimeout));
    }
  }

  /// From `listen` to `target`, with the usual limits and without a log.
  public static ProxyOptions of(String listen, String target) {
    return new ProxyOptions(
        listen, target, CONNECTIONS_USUAL, CONNECT_USUAL, IDLE_USUAL, STOP_USUAL, line -> {});
  }

  /// How many connections at a time.
  public ProxyOptions withConnectionsMax(int connectionsMax) {
    return new ProxyOptions(
        listen, target, connectionsMax, connectTimeout, idleTimeout, stopTimeout, log);
  }

  /// How long the target may take to accept.
  public ProxyOptions withConnectTimeout(Duration connectTimeout) {
    return new ProxyOptions(
        listen, target, connectionsMax, connectTimeout, idleTimeout, stopTimeout, log);
  }

  /// How long no byte may go either way.
  public ProxyOptions withIdleTimeout(Duration idleTimeout) {
    return new ProxyOptions(
        listen, target, connectionsMax, connectTimeout, idleTimeout, stopTimeout, log);
  }

  /// How long a graceful stop waits.
  public ProxyOptions withStopTimeout(Duration stopTimeout) {
    return new ProxyOptions(
        listen, target, connectionsMax, connectTimeout, idleTimeout, stopTimeout, log);
  }

  /// Where the lines go.
  public ProxyOptions withLog(Consumer<String> log) {
    return new ProxyOptions(
        listen, target, connectionsMax, connectTimeout, idleTimeout, stopTimeout, log);
  }
}
