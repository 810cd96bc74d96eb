package ropewalk.app.cli;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import ropewalk.net.MessageSocket;
import ropewalk.net.Socket;
import ropewalk.net.Tcp;

/// How long a copy waits for its sockets, and how it sets them.
///
/// @param connect how long each address may take to accept; zero for as long as the kernel tries
/// @param idle how long nothing may move before the copy fails, or a source of datagrams has ended;
///   zero for ever
/// @param keepAliveSeconds after how much silence a TCP peer is asked for a sign of life; 0 for
///   never, negative for the library's default
/// @param datagramBytes the most bytes of one datagram; 0 for the family's default
record Patience(Duration connect, Duration idle, int keepAliveSeconds, int datagramBytes) {
  /// The most that anybody may ask for; what a family allows is less.
  private static final int DATAGRAM_MAX = 1 << 20;

  /// As the command line says it; null where it says nothing.
  ///
  /// @throws IllegalArgumentException naming the option that can't be
  static Patience of(
      @Nullable Integer timeout,
      @Nullable Integer idleTimeout,
      @Nullable Integer keepAlive,
      @Nullable Long datagram) {
    int seconds = keepAlive == null ? -1 : demandNatural("--keepalive", keepAlive);
    if (datagram != null && (datagram < 1 || datagram > DATAGRAM_MAX)) {
      throw new IllegalArgumentException("--datagram: 1 byte to 1M, not " + datagram);
    }
    return new Patience(
        Duration.ofSeconds(timeout == null ? 0 : demandNatural("--timeout", timeout)),
        Duration.ofSeconds(idleTimeout == null ? 0 : demandNatural("--idle-timeout", idleTimeout)),
        seconds,
        datagram == null ? 0 : Math.toIntExact(datagram));
  }

  private static int demandNatural(String option, int seconds) {
    if (seconds < 0) {
      throw new IllegalArgumentException(option + ": no less than 0 seconds, not " + seconds);
    }
    return seconds;
  }

  /// Sets a connection, and answers it. A peer that acknowledges nothing stands still too, whether
  /// or not there is room to send.
  Socket set(Socket socket) throws IOException {
    socket.sendTimeout(idle.toNanos());
    socket.receiveTimeout(idle.toNanos());
    if (socket instanceof Tcp tcp) {
      if (keepAliveSeconds >= 0) {
        tcp.keepAlive(keepAliveSeconds);
      }
      if (!idle.isZero()) {
        tcp.acknowledgeTimeout(idle.toNanos());
      }
    }
    return socket;
  }

  /// Sets a socket of messages, and answers it.
  MessageSocket set(MessageSocket socket) throws IOException {
    socket.sendTimeout(idle.toNanos());
    socket.receiveTimeout(idle.toNanos());
    if (datagramBytes > socket.messageMax()) {
      throw new IOException(
          "a datagram there has at most %d bytes, not %d"
              .formatted(socket.messageMax(), datagramBytes));
    }
    if (datagramBytes > 0) {
      socket.messageBytes(datagramBytes);
    }
    return socket;
  }
}
