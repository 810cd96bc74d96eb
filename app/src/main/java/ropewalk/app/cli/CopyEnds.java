package ropewalk.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.crypto.Digest;
import ropewalk.file.DirectFile;
import ropewalk.file.PlainFile;
import ropewalk.net.Address;
import ropewalk.net.Listener;
import ropewalk.net.MessageSocket;
import ropewalk.net.SeqPacket;
import ropewalk.net.SeqPacketListener;
import ropewalk.net.Socket;
import ropewalk.net.Udp;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// The two ends of a copy, opened in the order in which they can fail: what needs no waiting first,
/// so that a misspelt target is told before a visitor is waited for.
///
/// ```
///   listen (both)  ->  SRC  ->  DST  ->  accept (both)  ...  commit  ->  close
/// ```
///
/// Closed without [#commit] a file target is as it was; a signal has the same effect.
///
/// *Shared* with the thread that a signal starts: what leaves traces in the file system is made and
/// committed under the lock that it takes, so that it finds either nothing or something to undo.
final class CopyEnds implements AutoCloseable {
  /// Makes something that leaves a trace in the file system.
  private interface Making<T extends AutoCloseable> {
    T make() throws IOException;
  }

  /// Puts a file under its name.
  private interface Appearing {
    void commit() throws IOException;
  }

  private final Ropewalk walk;
  private final @Nullable Long offset;
  private final boolean isDirect;
  private final Patience patience;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Deque<AutoCloseable> traces = new ArrayDeque<>();
  private final OnSignal onSignal = OnSignal.run(this::undo);
  private boolean isUndone;
  private @Nullable Source source;
  private @Nullable Sink sink;

  /// @param offset where to begin in each end that is a file, or null: then a file target is
  ///   replaced as a whole
  /// @param isDirect whether ends that are files are opened past the kernel's page cache
  /// @param patience how ends that are sockets are set
  CopyEnds(Ropewalk walk, @Nullable Long offset, boolean isDirect, Patience patience) {
    this.walk = walk;
    this.offset = offset;
    this.isDirect = isDirect;
    this.patience = patience;
  }

  /// Opens both. What was opened before a failure is closed by [#close].
  ///
  /// @param digests what reads along on the way
  void open(String from, String to, List<Digest> digests) throws Failure {
    EndName fromName = EndName.parse(from);
    EndName toName = EndName.parse(to);
    if (fromName instanceof EndName.Null) {
      throw new Failure("null: drops what comes, it can't be a source");
    }
    if (toName instanceof EndName.Zero) {
      throw new Failure("zero: brings zeros, it can't be a target");
    }
    if (toName instanceof EndName.Messages(var address, var isListening) && isListening) {
      throw new Failure("%s brings datagrams, it can't be a target; %s".formatted(to, address));
    }
    if (isDirect && !isFile(fromName) && !isFile(toName)) {
      throw new Failure("--direct: neither %s nor %s is a file".formatted(from, to));
    }
    Listener in = fromName instanceof EndName.Visitor visitor ? listen(from, visitor) : null;
    Listener out = toName instanceof EndName.Visitor visitor ? listen(to, visitor) : null;
    if (in == null) {
      source = openSource(from, fromName);
    }
    if (out == null) {
      sink = openSink(to, toName);
    }
    source = in == null ? source : accept(from, in);
    sink = out == null ? sink : accept(to, out);
    if (!digests.isEmpty()) {
      source = keep(walk.digest(source(), digests.toArray(Digest[]::new)));
    }
  }

  Source source() {
    return Objects.requireNonNull(source, "open() first");
  }

  Sink sink() {
    return Objects.requireNonNull(sink, "open() first");
  }

  private Listener listen(String name, EndName.Visitor visitor) throws Failure {
    try {
      Listener listener = trace(() -> walk.listen(visitor.address()));
      // Port 0 has become a number, and whoever connects has to know it.
      System.err.println("ropewalk copy: listening on " + listener.address());
      return listener;
    } catch (IOException e) {
      throw Failure.of("can't listen on " + name, e);
    }
  }

  private Socket accept(String name, Listener listener) throws Failure {
    try {
      Socket visitor = patience.set(keep(listener.accept()));
      // One visitor is all there is to be, and the next should be refused rather than kept waiting.
      listener.close();
      return visitor;
    } catch (IOException e) {
      throw Failure.of("can't accept on " + name, e);
    }
  }

  private Source openSource(String name, EndName end) throws Failure {
    try {
      if (isDirect && isFile(end) && end instanceof EndName.Named(var path)) {
        DirectFile file = keep(walk.direct(path));
        return offset == null ? file : file.from(offset, Long.MAX_VALUE);
      }
      Source opened = openPeer(end);
      if (opened != null) {
        return opened;
      }
      opened = keep(walk.source(name));
      if (offset != null && end instanceof EndName.Named && opened instanceof PlainFile file) {
        return file.from(offset, Long.MAX_VALUE);
      }
      return opened;
    } catch (IOException e) {
      throw Failure.of(failing("read", name, end), e);
    }
  }

  /// The source at the other end of a socket, or null if it is none.
  private @Nullable Source openPeer(EndName end) throws IOException {
    return switch (end) {
      case EndName.Peer(var address) ->
          patience.set(keep(walk.connect(address, patience.connect())));
      case EndName.Messages(var address, var isListening) ->
          new UntilQuiet(patience.set(isListening ? receive(address) : messages(address)));
      default -> null;
    };
  }

  private MessageSocket messages(String address) throws IOException {
    return keep(walk.messages(address, patience.connect()));
  }

  /// A name in the file system is a trace; who connects there is waited for, which no lock bears.
  private MessageSocket receive(String address) throws IOException {
    if (Address.parse(address) instanceof Address.SeqPacket packets) {
      SeqPacketListener listener =
          trace(() -> SeqPacketListener.open(walk.engine(), walk.pool(), packets.path()));
      System.err.println("ropewalk copy: listening on " + packets);
      MessageSocket visitor = keep(listener.accept());
      listener.close();
      return visitor;
    }
    MessageSocket opened = trace(() -> walk.receiveMessages(address));
    System.err.println(
        "ropewalk copy: receiving on " + (opened instanceof Udp udp ? udp.local() : address));
    return opened;
  }

  private Sink openSink(String name, EndName end) throws Failure {
    try {
      if (isDirect && isFile(end) && end instanceof EndName.Named(var path)) {
        return openDirectSink(path);
      }
      if (offset != null && end instanceof EndName.Named(var path)) {
        return keep(walk.plainFile(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE))
            .to(offset);
      }
      if (end instanceof EndName.Peer(var address)) {
        return patience.set(keep(walk.connect(address, patience.connect())));
      }
      if (end instanceof EndName.Messages(var address, var _)) {
        return patience.set(keep(walk.messages(address, patience.connect())));
      }
      return leavesTrace(end) ? trace(() -> walk.sink(name)) : keep(walk.sink(name));
    } catch (IOException e) {
      throw Failure.of(failing("write", name, end), e);
    }
  }

  private Sink openDirectSink(Path path) throws IOException {
    if (offset != null) {
      return keep(walk.direct(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE))
          .to(offset);
    }
    return trace(() -> walk.createDirect(path));
  }

  /// A file is written beside its name first. A FIFO is not, and is waited for, which no lock
  /// bears.
  private static boolean leavesTrace(EndName end) {
    return isFile(end);
  }

  /// A regular file, or one to be.
  private static boolean isFile(EndName end) {
    return end instanceof EndName.Named(var path)
        && (Files.isRegularFile(path) || !Files.exists(path));
  }

  private static String failing(String verb, String name, EndName end) {
    return "can't %s %s".formatted(isPeer(end) ? "connect to" : verb, name);
  }

  private static boolean isPeer(EndName end) {
    return end instanceof EndName.Peer
        || (end instanceof EndName.Messages(var _, var isListening) && !isListening);
  }

  private <T extends AutoCloseable> T keep(T end) {
    opened.push(end);
    return end;
  }

  private synchronized <T extends AutoCloseable> T trace(Making<T> making) throws IOException {
    if (isUndone) {
      throw new IOException("ended by a signal");
    }
    T made = keep(making.make());
    traces.push(made);
    return made;
  }

  private synchronized void undo() {
    isUndone = true;
    traces.forEach(CopyEnds::close);
  }

  /// All of it is there: a file target appears under its name; a peer is told that this was all,
  /// and a copy is only done when its kernel has it.
  void commit() throws IOException {
    if (sink instanceof Socket socket) {
      socket.shutdownOutput();
      socket.awaitAcknowledged();
    }
    if (sink instanceof SeqPacket packets) {
      packets.shutdownOutput();
    } else if (sink instanceof MessageSocket messages) {
      messages.sendEmpty(); // the end
    }
    if (offset == null && sink instanceof PlainFile file) {
      appear(() -> file.commit(false));
    } else if (offset == null && sink instanceof DirectFile file) {
      appear(() -> file.commit(false));
    }
  }

  private synchronized void appear(Appearing file) throws IOException {
    if (isUndone) {
      throw new IOException("ended by a signal");
    }
    file.commit();
  }

  @Override
  public void close() {
    onSignal.close();
    while (!opened.isEmpty()) {
      close(opened.pop());
    }
  }

  private static void close(AutoCloseable end) {
    try {
      end.close();
    } catch (Exception e) {
      System.err.println("ropewalk copy: on closing: " + Failure.say(e));
    }
  }
}
