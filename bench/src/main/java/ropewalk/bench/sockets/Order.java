package ropewalk.bench.sockets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Locale;

/// What a peer is told in one line: `MODE KIND ADDRESS SIZE CONNECTIONS COUNT`.
///
/// @param kind `tcp`, `unix` or `udp`
/// @param address a port, a path, or for hot and cold sends `HOST:PORT`
/// @param size bytes of one message
/// @param connections how many at once
/// @param count messages over all of them
record Order(Mode mode, String kind, String address, int size, int connections, int count) {
  /// What an AF_UNIX queue may hold, for every subject: ours asks for as much, and the default of
  /// 208 KiB is less than one message.
  static final int UNIX_QUEUE_BYTES = 1 << 20;

  /// How messages follow each other.
  enum Mode {
    /// Header, 64 pages and trailer; `size` is all of them.
    MESSAGE(1),
    /// The next one when the last has come back.
    PINGPONG(1),
    /// One way, the next one when the kernel has accepted the last.
    EACH(1),
    /// One way, sixteen at a time, the next sixteen when the kernel has accepted the last.
    SIXTEEN(16),
    /// One way, as many at a time as the subject likes, up to 64 KiB.
    FREE(64),
    /// Sends of one size, always of the same bytes.
    HOT(1),
    /// Sends of one size, of bytes that no cache of the processor has.
    COLD(1);

    private final int batch;

    Mode(int batch) {
      this.batch = batch;
    }

    /// Messages that may be handed over at once.
    int batch() {
      return batch;
    }
  }

  static Order parse(String line) {
    String[] words = line.split(" ", -1);
    return new Order(
        Mode.valueOf(words[0].toUpperCase(Locale.ROOT)),
        words[1],
        words[2],
        Integer.parseInt(words[3]),
        Integer.parseInt(words[4]),
        Integer.parseInt(words[5]));
  }

  String line() {
    return String.format(
        Locale.ROOT,
        "%s %s %s %d %d %d",
        mode.name().toLowerCase(Locale.ROOT),
        kind,
        address,
        size,
        connections,
        count);
  }

  /// Messages of one connection.
  int each() {
    return count / connections;
  }

  boolean isTcp() {
    return kind.equals("tcp");
  }

  /// Where to connect to, as the JDK has it.
  SocketAddress socketAddress() throws IOException {
    return isTcp()
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address))
        : UnixDomainSocketAddress.of(address);
  }

  /// Where to connect to, as ours has it.
  String name() {
    return isTcp() ? "tcp://127.0.0.1:" + address : "unix:" + address;
  }
}
