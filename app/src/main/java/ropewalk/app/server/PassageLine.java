package ropewalk.app.server;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import ropewalk.net.Relayed;

/// What became of one connection through the proxy, in a line:
///
/// ```
///   2026-11-21T09:20:11.123Z 127.0.0.1:43210 tcp://10.0.0.7:9000 ended 1048576 2048 0/0 3.2ms
///   when                     who             target              why   forth   back lost took [reason]
/// ```
///
/// *forth* and *back* are bytes that the target and the visitor have accepted, *lost* those that
/// had been taken from one side when the other failed. Used by the connection's thread alone.
final class PassageLine {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Instant when = Instant.now();
  private final long startNanos = System.nanoTime();
  private final String peer;
  private final String target;

  PassageLine(String peer, String target) {
    this.peer = peer;
    this.target = target;
  }

  /// It was relayed.
  String relayed(Relayed relayed) {
    String line =
        line(
            why(relayed.why()),
            relayed.forth(),
            relayed.back(),
            relayed.lostForth(),
            relayed.lostBack());
    IOException cause = relayed.cause();
    return cause == null ? line : line + " " + reason(cause);
  }

  /// There was no target to relay it to.
  String unjoined(IOException cause) {
    return line("unjoined", 0, 0, 0, 0) + " " + reason(cause);
  }

  private static String why(Relayed.Why why) {
    return switch (why) {
      case ENDED -> "ended";
      case NEAR_BROKE -> "visitor-failed";
      case FAR_BROKE -> "target-failed";
      case IDLE -> "idle";
      case CUT -> "cut";
    };
  }

  private String line(String why, long forth, long back, long lostForth, long lostBack) {
    return String.format(
        Locale.ROOT,
        "%s %s %s %s %d %d %d/%d %.1fms",
        when.truncatedTo(ChronoUnit.MILLIS),
        peer,
        target,
        why,
        forth,
        back,
        lostForth,
        lostBack,
        (System.nanoTime() - startNanos) / NANOS_PER_MILLI);
  }

  private static String reason(IOException cause) {
    String message = cause.getMessage();
    return LogLine.printable(message == null ? cause.getClass().getSimpleName() : message);
  }
}
