package ropewalk.net;

import java.util.List;
import java.util.stream.Stream;

/// Where a peer is, as people write it: `tcp://HOST:PORT`, `tcp://[::1]:PORT`, `udp://HOST:PORT`,
/// `unix:PATH`, `unix-dgram:PATH`, `unix-seqpacket:PATH`.
public sealed interface Address {
  /// A TCP port of a host, by name or number.
  ///
  /// @param host a name, an IPv4 address or an IPv6 address (without brackets); empty for all
  ///   interfaces when listening, loopback when connecting
  /// @param port 1 to 65535; 0 when listening lets the kernel choose
  record Tcp(String host, int port) implements Address {
    /// Checks the port.
    public Tcp {
      if (port < 0 || port > 0xffff) {
        throw new IllegalArgumentException("port must be 0 to 65535: port=" + port);
      }
    }

    @Override
    public String toString() {
      return "tcp://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /// A UDP port of a host; else as [Tcp].
  ///
  /// @param host a name, an IPv4 address or an IPv6 address (without brackets)
  /// @param port 1 to 65535; 0 when binding lets the kernel choose
  record Udp(String host, int port) implements Address {
    /// Checks the port.
    public Udp {
      if (port < 0 || port > 0xffff) {
        throw new IllegalArgumentException("port must be 0 to 65535: port=" + port);
      }
    }

    @Override
    public String toString() {
      return "udp://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /// A socket in the file system.
  ///
  /// @param path at most 107 bytes in UTF-8, the kernel's `sun_path` without its NUL
  record Unix(String path) implements Address {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /// Datagrams at a name in the file system.
  ///
  /// @param path as [Unix]'s
  record UnixDatagram(String path) implements Address {
    @Override
    public String toString() {
      return DATAGRAM + path;
    }
  }

  /// Messages in sequence over a connection, at a name in the file system.
  ///
  /// @param path as [Unix]'s
  record SeqPacket(String path) implements Address {
    @Override
    public String toString() {
      return SEQPACKET + path;
    }
  }

  /// How the text of a [UnixDatagram] begins.
  String DATAGRAM = "unix-dgram:";

  /// How the text of a [SeqPacket] begins.
  String SEQPACKET = "unix-seqpacket:";

  /// Reads one address or a list that says the scheme once, `tcp://HOST:PORT,HOST:PORT`: the same
  /// service at several places, in the order in which they are to be tried.
  ///
  /// @throws IllegalArgumentException if one of them is no address, saying what was expected
  static List<Address> parseAll(String text) {
    int host = text.indexOf("://") + "://".length();
    if (!text.startsWith("tcp://") || text.indexOf(',') < 0) {
      return List.of(parse(text));
    }
    return Stream.of(text.substring(host).split(",", -1))
        .map(one -> parse(text.substring(0, host) + one))
        .toList();
  }

  /// Reads what people write.
  ///
  /// @throws IllegalArgumentException if `text` is none of these forms, saying what was expected
  static Address parse(String text) {
    if (text.startsWith("tcp://")) {
      return inet(text, "tcp://");
    }
    if (text.startsWith("udp://")) {
      return inet(text, "udp://");
    }
    if (text.startsWith("unix:") && text.length() > "unix:".length()) {
      return new Unix(text.substring("unix:".length()));
    }
    if (text.startsWith(DATAGRAM) && text.length() > DATAGRAM.length()) {
      return new UnixDatagram(text.substring(DATAGRAM.length()));
    }
    if (text.startsWith(SEQPACKET) && text.length() > SEQPACKET.length()) {
      return new SeqPacket(text.substring(SEQPACKET.length()));
    }
    throw new IllegalArgumentException(
        "expected tcp://HOST:PORT, udp://HOST:PORT, unix:PATH, %sPATH or %sPATH, not '%s'"
            .formatted(DATAGRAM, SEQPACKET, text));
  }

  private static Address inet(String text, String scheme) {
    String hostAndPort = text.substring(scheme.length());
    int colon = hostAndPort.lastIndexOf(':');
    String host = colon < 0 ? "" : hostAndPort.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0 || host.indexOf('/') >= 0) {
      colon = -1;
    }
    try {
      if (colon >= 0) {
        int port = Integer.parseInt(hostAndPort.substring(colon + 1));
        return scheme.equals("tcp://") ? new Tcp(host, port) : new Udp(host, port);
      }
    } catch (IllegalArgumentException e) {
      // The sentence below names what was expected.
    }
    throw new IllegalArgumentException(
        "expected %sHOST:PORT with a port of 0 to 65535, not '%s'".formatted(scheme, text));
  }
}
