package ropewalk.app.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import ropewalk.http.HeadLimits;

/// What to serve, where, and how much of it at a time. Immutable; each `with` gives a changed copy.
///
/// @param root the directory; nothing outside it is reachable
/// @param bind the address to listen on
/// @param port the port; 0 lets the kernel choose
/// @param cacheBytes how much the page cache holds; 0 serves past it. The cache belongs to the
///   `Ropewalk` that the server is started with, so whoever makes that one asks for it there
/// @param headBytes the longest request head; more is answered with 431
/// @param idleTimeout how long a peer may keep us waiting: for a request, for the rest of its head,
///   for room to send
/// @param stopTimeout how long a graceful stop waits for responses under way
/// @param connectionsMax how many connections at a time; further ones wait in the kernel's queue
/// @param log takes one line for each request, without a line end; called by many threads
public record ServeOptions(
    Path root,
    String bind,
    int port,
    long cacheBytes,
    int headBytes,
    Duration idleTimeout,
    Duration stopTimeout,
    int connectionsMax,
    Consumer<String> log) {

  /// What a `Ropewalk` has unless asked for more.
  private static final long CACHE_USUAL = 64L << 20;

  /// nginx's usual keep-alive and send time-outs are 75 s and 60 s.
  private static final Duration IDLE_USUAL = Duration.ofSeconds(60);

  /// Docker and Kubernetes kill 10 s and 30 s after they asked to stop; be done before the sooner.
  private static final Duration STOP_USUAL = Duration.ofSeconds(8);

  /// A connection takes one descriptor, its file another, and the usual limit of a process is 1024
  /// at the least.
  private static final int CONNECTIONS_USUAL = 400;

  public ServeOptions {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port must be 0 to 65535: port=" + port);
    }
    if (cacheBytes < 0 || connectionsMax < 1) {
      throw new IllegalArgumentException(
          "cacheBytes must be at least 0 and connectionsMax at least 1: cacheBytes="
              + cacheBytes
              + ", connectionsMax="
              + connectionsMax);
    }
    if (idleTimeout.isNegative() || idleTimeout.isZero() || stopTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "idleTimeout must be above 0 and stopTimeout at least 0: idleTimeout="
              + idleTimeout
              + ", stopTimeout="
              + stopTimeout);
    }
    if (headBytes < HeadLimits.HEAD_MIN) {
      throw new IllegalArgumentException(
          "headBytes must be at least " + HeadLimits.HEAD_MIN + ": headBytes=" + headBytes);
    }
  }

  /// `root` on 127.0.0.1:8080, through the cache, without a log.
  public static ServeOptions of(Path root) {
    return new ServeOptions(
        root,
        "127.0.0.1",
        8080,
        CACHE_USUAL,
        HeadLimits.USUAL.head(),
        IDLE_USUAL,
        STOP_USUAL,
        CONNECTIONS_USUAL,
        line -> {});
  }

  /// Where to listen.
  public ServeOptions withBind(String bind, int port) {
    return new ServeOptions(
        root, bind, port, cacheBytes, headBytes, idleTimeout, stopTimeout, connectionsMax, log);
  }

  /// How much the page cache holds; 0 serves past it.
  public ServeOptions withCacheBytes(long cacheBytes) {
    return new ServeOptions(
        root, bind, port, cacheBytes, headBytes, idleTimeout, stopTimeout, connectionsMax, log);
  }

  /// The longest request head.
  public ServeOptions withHeadBytes(int headBytes) {
    return new ServeOptions(
        root, bind, port, cacheBytes, headBytes, idleTimeout, stopTimeout, connectionsMax, log);
  }

  /// How long a peer may keep us waiting.
  public ServeOptions withIdleTimeout(Duration idleTimeout) {
    return new ServeOptions(
        root, bind, port, cacheBytes, headBytes, idleTimeout, stopTimeout, connectionsMax, log);
  }

  /// How long a graceful stop waits.
  public ServeOptions withStopTimeout(Duration stopTimeout) {
    return new ServeOptions(
        root, bind, port, cacheBytes, headBytes, idleTimeout, stopTimeout, connectionsMax, log);
  }

  /// How many connections at a time.
  public ServeOptions withConnectionsMax(int connectionsMax) {
    return new ServeOptions(
        root, bind, port, cacheBytes, headBytes, idleTimeout, stopTimeout, connectionsMax, log);
  }

  /// Where the lines go.
  public ServeOptions withLog(Consumer<String> log) {
    return new ServeOptions(
        root, bind, port, cacheBytes, headBytes, idleTimeout, stopTimeout, connectionsMax, log);
  }
}
