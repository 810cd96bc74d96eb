package ropewalk.app.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// An end of a copy as it is written on the command line, read but not opened.
///
/// ```
///   movie.mkv   ./a:b            Named      a path
///   -                            Standard   standard input or output
///   tcp://HOST:PORT  unix:PATH   Peer       connects; tcp://H:P,H:P to the first that answers
///   tcp-listen://… unix-listen:  Visitor    listens, takes the first that comes
///   udp://…  udp-listen://…      Messages   sends datagrams, receives them
///   unix-dgram:  unix-dgram-listen:  unix-seqpacket:  unix-seqpacket-listen:    the same
///   zero:                        Zero       a source of zeros without end
///   null:                        Null       a sink that drops
/// ```
sealed interface EndName {
  record Named(Path path) implements EndName {}

  record Standard() implements EndName {}

  /// Somebody who listens.
  ///
  /// @param address `tcp://HOST:PORT`, a list of these with commas, or `unix:PATH`
  record Peer(String address) implements EndName {}

  /// Somebody who will come.
  ///
  /// @param address `tcp://HOST:PORT` or `unix:PATH`, without the `-listen`
  record Visitor(String address) implements EndName {}

  /// Datagrams.
  ///
  /// @param address `udp://HOST:PORT`, `unix-dgram:PATH` or `unix-seqpacket:PATH`, without
  ///   `-listen`
  /// @param isListening whether they come, from anybody; else they go, or come, to and from there
  record Messages(String address, boolean isListening) implements EndName {}

  record Zero() implements EndName {}

  record Null() implements EndName {}

  List<String> MESSAGES = List.of("unix-dgram", "unix-seqpacket");
  Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
  String FORMS =
      "a path, -, tcp://HOST:PORT, tcp-listen://HOST:PORT, udp://HOST:PORT,"
          + " udp-listen://HOST:PORT, unix:PATH, unix-listen:PATH, the same with unix-dgram or"
          + " unix-seqpacket, zero: or null:";

  /// Reads `text`. A path that looks like an address is written `./tcp:…`.
  static EndName parse(String text) throws Failure {
    return switch (text) {
      case "-" -> new Standard();
      case "zero:" -> new Zero();
      case "null:" -> new Null();
      default -> parseLong(text);
    };
  }

  private static EndName parseLong(String text) throws Failure {
    if (text.startsWith("tcp-listen://")) {
      return new Visitor("tcp://" + port(text, after(text), 0));
    }
    if (text.startsWith("tcp://")) {
      for (String one : after(text).split(",", -1)) {
        var _ = port(text, one, 1);
      }
      return new Peer(text);
    }
    if (text.startsWith("udp-listen://")) {
      return new Messages("udp://" + port(text, after(text), 0), true);
    }
    if (text.startsWith("udp://")) {
      return new Messages("udp://" + port(text, after(text), 1), false);
    }
    if (text.startsWith("unix-listen:")) {
      return new Visitor("unix:" + socket(text, text.substring("unix-listen:".length())));
    }
    if (text.startsWith("unix:")) {
      return new Peer("unix:" + socket(text, text.substring("unix:".length())));
    }
    for (String scheme : MESSAGES) {
      if (text.startsWith(scheme + ":")) {
        String path = text.substring(scheme.length() + 1);
        return new Messages(scheme + ":" + socket(text, path), false);
      }
      if (text.startsWith(scheme + "-listen:")) {
        String path = text.substring(scheme.length() + "-listen:".length());
        return new Messages(scheme + ":" + socket(text, path), true);
      }
    }
    if (text.isEmpty() || URL.matcher(text).matches()) {
      throw new Failure("'%s' is no end that can be copied; expected %s".formatted(text, FORMS));
    }
    try {
      return new Named(Path.of(text));
    } catch (InvalidPathException e) {
      throw new Failure("'%s' is no path: %s".formatted(text, e.getReason()), e);
    }
  }

  private static String after(String text) {
    return text.substring(text.indexOf("://") + "://".length());
  }

  private static String port(String text, String hostAndPort, int least) throws Failure {
    int colon = hostAndPort.lastIndexOf(':');
    String host = colon < 0 ? "" : hostAndPort.substring(0, colon);
    boolean isBracketed = host.startsWith("[") && host.endsWith("]");
    boolean isHost =
        !host.isEmpty() && host.indexOf('/') < 0 && (isBracketed || !host.contains(":"));
    try {
      int port = Integer.parseInt(hostAndPort.substring(colon + 1));
      if (isHost && port >= least && port <= 0xffff) {
        return hostAndPort;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new Failure(
        "'%s' is no address: expected %sHOST:PORT with a port of %d to 65535"
            .formatted(text, text.substring(0, text.length() - after(text).length()), least));
  }

  private static String socket(String text, String path) throws Failure {
    if (path.isEmpty()) {
      throw new Failure("'%s' names no socket: a PATH is missing".formatted(text));
    }
    return path;
  }
}
