package ropewalk.app.server;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ropewalk.http.RequestHead;
import ropewalk.http.Status;
import ropewalk.splice.Moved;

/// What became of one request, as it is found out, and the line that says so:
///
/// ```
///   2026-11-21T09:20:11.123Z 127.0.0.1:43210 "GET /a HTTP/1.1" 200 9876/9000 lend+gather 0/9876 3.2ms
///   when                     who             what              st  bytes     route       copies took [reason]
/// ```
///
/// *bytes* are those of the body which the socket has accepted, and how many of them the peer's
/// side has acknowledged by now (TCP) or read (AF_UNIX), `-` if that isn't known any more. An
/// answer is under way for as long as a window and a round trip take, so that the second number is
/// less where nothing is wrong. *copies* are bytes copied by us (counted) and by the kernel (as the
/// route declares). Where there was no file to move, route is `-`. Used by the connection's thread
/// alone.
final class LogLine {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Instant when = Instant.now();
  private final long startNanos = System.nanoTime();
  private final String peer;
  private String request = "-";
  private int status;
  private long accepted;
  private long unacknowledged = -1;
  private String route = "-";
  private long copiedUser;
  private long copiedKernel;
  private @Nullable String failure;

  LogLine(String peer) {
    this.peer = peer;
  }

  /// The head has been read.
  void request(RequestHead head) {
    request = head.line();
  }

  /// This is what will be answered.
  void status(Status status) {
    this.status = status.code();
  }

  /// A part of the body has been moved.
  void moved(Moved moved) {
    accepted += moved.accepted();
    route = moved.route();
    copiedUser += moved.copiedUser();
    copiedKernel += moved.copiedKernel();
  }

  /// A body of our own making has been sent; we copied `copied` of it, and the kernel all once
  /// more.
  void sent(long bytes, long copied) {
    accepted += bytes;
    copiedUser += copied;
    copiedKernel += bytes;
  }

  /// So many bytes of the connection are on their way to the peer, after the last of this answer;
  /// negative if nobody knows.
  void unacknowledged(long bytes) {
    unacknowledged = bytes;
  }

  /// Why this did not end well; the first reason stands.
  void failed(String reason) {
    if (failure == null) {
      failure = reason;
    }
  }

  @Override
  public String toString() {
    double millis = (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    String line =
        String.format(
            Locale.ROOT,
            "%s %s \"%s\" %s %d/%s %s %d/%d %.1fms",
            when.truncatedTo(ChronoUnit.MILLIS),
            peer,
            request.replace("\"", "\\\""),
            status == 0 ? "-" : Integer.toString(status),
            accepted,
            unacknowledged < 0 ? "-" : Long.toString(Math.max(0, accepted - unacknowledged)),
            route,
            copiedUser,
            copiedKernel,
            millis);
    return failure == null ? line : line + " " + printable(failure);
  }

  /// A reason may quote a file's name or an exception of whoever: one line, whatever it holds.
  static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.chars().forEach(c -> out.append(Character.isISOControl(c) ? '?' : (char) c));
    return out.toString();
  }
}
