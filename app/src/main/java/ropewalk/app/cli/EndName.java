package ropewalk.app.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// An end of a copy as it is written on the command line, read but not opened.
///
/// ```
///   movie.mkv   ./a:b            Named      a path
///   -                            Standard   standard input or output
///   tcp://HOST:PORT  unix:PATH   Peer       connects
///   tcp-listen://… unix-listen:  Visitor    listens, takes the first that comes
///   zero:                        Zero       a source of zeros without end
///   null:                        Null       a sink that drops
/// ```
sealed interface EndName {
  record Named(Path path) implements EndName {}

  record Standard() implements EndName {}

  /// Somebody who listens.
  ///
  /// @param address `tcp://HOST:PORT` or `unix:PATH`
  record Peer(String address) implements EndName {}

  /// Somebody who will come.
  ///
  /// @param address `tcp://HOST:PORT` or `unix:PATH`, without the `-listen`
  record Visitor(String address) implements EndName {}

  record Zero() implements EndName {}

  record Null() implements EndName {}

  Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
  String FORMS =
      "a path, -, tcp://HOST:PORT, tcp-listen://HOST:PORT, unix:PATH, unix-listen:PATH, zero: or"
          + " null:";

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
      return new Visitor("tcp://" + port(text, text.substring("tcp-listen://".length()), 0));
    }
    if (text.startsWith("tcp://")) {
      return new Peer("tcp://" + port(text, text.substring("tcp://".length()), 1));
    }
    if (text.startsWith("unix-listen:")) {
      return new Visitor("unix:" + socket(text, text.substring("unix-listen:".length())));
    }
    if (text.startsWith("unix:")) {
      return new Peer("unix:" + socket(text, text.substring("unix:".length())));
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
        "'%s' is no TCP address: expected %s with a port of %d to 65535"
            .formatted(text, least == 0 ? "tcp-listen://HOST:PORT" : "tcp://HOST:PORT", least));
  }

  private static String socket(String text, String path) throws Failure {
    if (path.isEmpty()) {
      throw new Failure(
          "'%s' names no socket: expected unix:PATH or unix-listen:PATH".formatted(text));
    }
    return path;
  }
}
