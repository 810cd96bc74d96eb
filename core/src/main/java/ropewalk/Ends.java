package ropewalk;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ropewalk.file.FileStatus;
import ropewalk.file.NullSink;
import ropewalk.file.PlainFile;
import ropewalk.file.StreamEnd;
import ropewalk.file.ZeroSource;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.splice.Ask;
import ropewalk.splice.End;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// Ends as people write them on a command line.
///
/// | text | as a source | as a sink |
/// |---|---|---|
/// | `-` | standard input | standard output |
/// | `tcp://HOST:PORT,HOST:PORT`, `unix:PATH` | connects and receives | connects and sends |
/// | `tcp-listen://HOST:PORT`, `unix-listen:PATH` | the first who connects | the first who connects |
/// | `udp://HOST:PORT` | datagrams from there | datagrams to there |
/// | `udp-listen://HOST:PORT` | datagrams of anybody | |
/// | `unix-dgram:PATH`, `unix-seqpacket:PATH` | messages from there | messages to there |
/// | `unix-dgram-listen:PATH`, `unix-seqpacket-listen:PATH` | messages of anybody, of the first | |
/// | `zero:` | zeros without end | |
/// | `null:` | | takes everything |
/// | anything else | the file of that path | the file of that path |
final class Ends {
  private static final String LISTEN = "-listen:";

  private final Ropewalk walk;

  Ends(Ropewalk walk) {
    this.walk = walk;
  }

  Source source(String text) throws IOException {
    if (isSocket(text)) {
      return socket(text);
    }
    if (isMessages(text)) {
      return isListening(text) ? walk.receiveMessages(plain(text)) : walk.messages(text);
    }
    return switch (text) {
      case "-" -> StreamEnd.inherited(walk.engine(), walk.pool(), 0, "stdin");
      case "zero:" -> new ZeroSource(walk.pool(), Long.MAX_VALUE);
      case "null:" -> throw new IllegalArgumentException("null: takes bytes, it has none to give");
      default ->
          isStream(text)
              ? StreamEnd.open(walk.engine(), walk.pool(), Path.of(text), false)
              : walk.plainFile(Path.of(text));
    };
  }

  Sink sink(String text) throws IOException {
    if (isSocket(text)) {
      return socket(text);
    }
    if (isMessages(text)) {
      demandPeer(text);
      return walk.messages(text);
    }
    return switch (text) {
      case "-" -> StreamEnd.inherited(walk.engine(), walk.pool(), 1, "stdout");
      case "null:" -> new NullSink();
      case "zero:" -> throw new IllegalArgumentException("zero: gives bytes, it can't take any");
      default ->
          isStream(text)
              ? StreamEnd.open(walk.engine(), walk.pool(), Path.of(text), true)
              : PlainFile.create(walk.engine(), walk.pool(), Path.of(text));
    };
  }

  /// What a move between two such ends would ask of the routes. Opens and connects nothing.
  Ask ask(String source, String sink) throws IOException {
    long bytes = -1;
    End.@Nullable Kind from = null;
    if (isMessages(source) || isMessages(sink)) {
      throw new IllegalArgumentException(
          "datagrams go by pages alone: there is nothing to choose for " + source + " to " + sink);
    }
    if (!source.equals("zero:")) {
      from = kind(source, true);
      if (from == End.Kind.FILE) {
        FileStatus status =
            FileStatus.of(walk.engine(), source.equals("-") ? "/dev/stdin" : source);
        bytes = status.isBlockDevice() ? -1 : status.size();
      }
    }
    End.@Nullable Kind to = sink.equals("null:") ? null : kind(sink, false);
    boolean canGive = to == End.Kind.UNIX && walk.pool().mayGive();
    return new Ask(from, to, false, canGive, bytes);
  }

  private End.Kind kind(String text, boolean isSource) throws IOException {
    if (text.equals(isSource ? "null:" : "zero:")) {
      throw new IllegalArgumentException(
          isSource ? "null: takes bytes, it has none to give" : "zero: gives bytes, it takes none");
    }
    if (isSocket(text)) {
      return text.startsWith("tcp") ? End.Kind.TCP : End.Kind.UNIX;
    }
    String path = text.equals("-") ? (isSource ? "/dev/stdin" : "/dev/stdout") : text;
    try {
      FileStatus status = FileStatus.of(walk.engine(), path);
      if (status.isPipe()) {
        return End.Kind.PIPE;
      }
      return status.isCharacterDevice() ? End.Kind.CHARACTER : End.Kind.FILE;
    } catch (LinuxException e) {
      if (!isSource && e.errno() == Errno.ENOENT) {
        return End.Kind.FILE;
      }
      throw e;
    }
  }

  private Socket socket(String text) throws IOException {
    if (!isListening(text)) {
      return walk.connect(text);
    }
    try (Listener listener = walk.listen(plain(text))) {
      return listener.accept();
    }
  }

  private static boolean isListening(String text) {
    int at = text.indexOf(LISTEN);
    return at > 0 && text.indexOf(':') == at + LISTEN.length() - 1;
  }

  /// `tcp-listen://HOST:PORT` without the `-listen`.
  private static String plain(String text) {
    return text.replaceFirst(LISTEN, ":");
  }

  private static void demandPeer(String text) {
    if (isListening(text)) {
      throw new IllegalArgumentException(text + " brings datagrams, it can't be a target");
    }
  }

  /// A FIFO or a device: bytes come and go there, and nothing is to be put beside it and renamed.
  private boolean isStream(String text) throws IOException {
    try {
      FileStatus status = FileStatus.of(walk.engine(), text);
      return status.isPipe() || status.isCharacterDevice();
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /// A socket of a stream.
  private static boolean isSocket(String text) {
    return text.startsWith("tcp://")
        || text.startsWith("unix:")
        || text.startsWith("tcp-listen://")
        || text.startsWith("unix-listen:");
  }

  private static boolean isMessages(String text) {
    return text.startsWith("udp://")
        || text.startsWith("udp-listen://")
        || text.matches("(?s)unix-(dgram|seqpacket)(-listen)?:.*");
  }
}
