package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Gen;

/// One end of a connection under test, of whatever family: sends and receives whole messages, each
/// in one of the ways that there are, by seed.
final class Line implements AutoCloseable {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final Ropewalk walk;
  private final Gen gen;
  private final @Nullable Socket stream;
  private final @Nullable MessageSocket messages;
  private final Pipe pipe = Pipe.open(64);

  /// Whom a bound socket answers: who sent last.
  private @Nullable SocketName to;

  private Line(Ropewalk walk, Gen gen, @Nullable Socket stream, @Nullable MessageSocket messages) {
    this.walk = walk;
    this.gen = gen;
    this.stream = stream;
    this.messages = messages;
    SocketFrame frame = stream == null ? messages : stream;
    if (frame != null) {
      frame.sendTimeout(PATIENCE_NANOS);
      frame.receiveTimeout(PATIENCE_NANOS);
    }
  }

  /// Connects to `address`: a port, or a path.
  static Line connect(Ropewalk walk, Gen gen, Family family, String address) throws IOException {
    Engine engine = walk.engine();
    return switch (family) {
      case TCP4, TCP6 ->
          new Line(walk, gen, walk.connect("tcp://[" + family.host() + "]:" + address), null);
      case UNIX -> new Line(walk, gen, walk.connect("unix:" + address), null);
      case UDP4, UDP6 ->
          new Line(
              walk,
              gen,
              null,
              Udp.connect(
                  engine, walk.pool(), new Address.Udp(family.host(), Integer.parseInt(address))));
      case UNIX_DATAGRAM ->
          new Line(walk, gen, null, UnixDatagram.connect(engine, walk.pool(), address));
      case SEQPACKET ->
          new Line(
              walk,
              gen,
              null,
              SeqPacket.connect(engine, walk.pool(), address, System.nanoTime() + PATIENCE_NANOS));
    };
  }

  /// Something that a peer connects to.
  record Waiting(Ropewalk walk, Gen gen, String address, AutoCloseable open)
      implements AutoCloseable {
    /// Binds, and listens where the family wants it.
    static Waiting open(Ropewalk walk, Gen gen, Family family, Path folder) throws IOException {
      Engine engine = walk.engine();
      String path = folder.resolve(family.word + ".ours").toString();
      return switch (family) {
        case TCP4, TCP6 -> {
          Listener listener = walk.listen("tcp://[" + family.host() + "]:0");
          int port = ((Address.Tcp) listener.address()).port();
          yield new Waiting(walk, gen, "" + port, listener);
        }
        case UNIX -> new Waiting(walk, gen, path, walk.listen("unix:" + path));
        case UDP4, UDP6 -> {
          Udp udp = Udp.bind(engine, walk.pool(), new Address.Udp(family.host(), 0));
          yield new Waiting(walk, gen, "" + udp.local().port(), udp);
        }
        case UNIX_DATAGRAM ->
            new Waiting(walk, gen, path, UnixDatagram.bind(engine, walk.pool(), path));
        case SEQPACKET ->
            new Waiting(walk, gen, path, SeqPacketListener.open(engine, walk.pool(), path));
      };
    }

    /// The end for whoever came; to be closed before this.
    Line accept() throws IOException {
      return switch (open) {
        case Listener listener -> new Line(walk, gen, listener.accept(), null);
        case SeqPacketListener listener -> new Line(walk, gen, null, listener.accept());
        case MessageSocket socket -> new Line(walk, gen, null, socket);
        default -> throw new AssertionError(open);
      };
    }

    @Override
    public void close() {
      switch (open) {
        case Listener listener -> listener.close();
        case SeqPacketListener listener -> listener.close();
        case MessageSocket socket -> socket.close();
        default -> throw new AssertionError(open);
      }
    }
  }

  /// The socket of messages; throws for a stream.
  MessageSocket messages() {
    if (messages == null) {
      throw new AssertionError("a stream");
    }
    return messages;
  }

  /// Sends all of `bytes`, as one message where there are messages: out of the caller's memory, out
  /// of pages, collected piece by piece, or as a sink.
  void send(byte[] bytes) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(Math.max(bytes.length, 1)).asSlice(0, bytes.length);
      MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
      switch (gen.in(0, 3)) {
        case 0 -> sendAll(IovIter.source(memory), SendFlags.NONE);
        case 1 -> {
          try (PageRef page = page(memory)) {
            sendAll(IovIter.source(List.of(page)), SendFlags.NONE);
          }
        }
        case 2 -> {
          int cut = gen.in(1, bytes.length);
          sendAll(IovIter.source(memory.asSlice(0, cut)), SendFlags.MORE);
          sendAll(IovIter.source(memory.asSlice(cut)), SendFlags.NONE);
          if (cut == bytes.length) {
            finish();
          }
        }
        default -> drain(page(memory));
      }
    }
  }

  private PageRef page(MemorySegment memory) throws IOException {
    int length = (int) memory.byteSize();
    PageRef page = walk.pool().take(Math.max(length, 1), FolioClass.RING);
    page.target().asSlice(0, length).copyFrom(memory);
    page.publish(length);
    return page;
  }

  private void sendAll(IovIter iter, int flags) throws IOException {
    while (iter.count() > 0) {
      long before = iter.count();
      long sent =
          stream != null
              ? stream.sendMessage(iter, flags)
              : to == null
                  ? messages().sendMessage(iter, flags)
                  : messages().sendMessage(iter, flags, to);
      assertThat(sent).as("iterator and answer").isEqualTo(before - iter.count()).isPositive();
    }
  }

  private void finish() throws IOException {
    if (stream != null) {
      stream.finish();
    } else if (to == null) {
      messages().finish();
    } else {
      messages().sendMessage(IovIter.source(new MemorySegment[0]), SendFlags.NONE, to);
    }
  }

  private void drain(PageRef page) throws IOException {
    int length = page.length();
    if (to != null || length == 0) {
      try (page) {
        sendAll(IovIter.source(List.of(page)), SendFlags.NONE);
      }
      return;
    }
    pipe.push(page);
    Tally tally = new Tally();
    if (messages != null) {
      messages.messageBytes(length);
    }
    long left = length;
    while (left > 0) {
      long sent =
          stream != null
              ? stream.drain(pipe, left, false, tally)
              : messages().drain(pipe, left, false, tally);
      assertThat(sent).isPositive();
      left -= sent;
      assertThat(pipe.bytes()).isEqualTo(left);
      assertThat(messages == null || left == 0).as("a message goes whole").isTrue();
    }
  }

  /// Receives `length` bytes of a stream, or the next message, which should have as many: into the
  /// caller's memory, or as pages.
  byte[] receive(int length) throws IOException {
    byte[] all = new byte[length];
    int done = 0;
    do {
      int part = gen.bool() ? receivePages(all, done) : receiveMemory(all, done);
      if (messages != null && part != length) {
        throw new AssertionError("a message of " + length + " bytes came with " + part);
      }
      done += part;
    } while (done < length);
    return all;
  }

  private int receiveMemory(byte[] all, int done) throws IOException {
    int room = all.length - done;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment target = arena.allocate(messages == null ? room : Math.max(1 << 18, room));
      long got;
      if (stream != null) {
        got = stream.receive(target);
      } else {
        Received received = messages().receive(target);
        got = received.length();
        assertThat(received.isTruncated()).isFalse();
        to = received.from() == null ? to : received.from();
      }
      if (got < 0 || got > room) {
        throw new AssertionError(got + " bytes came where " + room + " were to come");
      }
      MemorySegment.copy(target, ValueLayout.JAVA_BYTE, 0, all, done, (int) got);
      return (int) got;
    }
  }

  private int receivePages(byte[] all, int done) throws IOException {
    if (messages != null && !messages.isConnected()) {
      return receiveMemory(all, done); // which says whom to answer
    }
    long limit = stream == null ? Long.MAX_VALUE : all.length - done;
    Tally tally = new Tally();
    long got =
        stream != null ? stream.fill(pipe, limit, tally) : messages().fill(pipe, limit, tally);
    if (got == Source.END) {
      throw new AssertionError("ended " + (all.length - done) + " bytes early");
    }
    assertThat(tally.copiedUser()).isZero();
    int at = done;
    while (pipe.used() > 0) {
      try (PageRef page = Objects.requireNonNull(pipe.poll())) {
        MemorySegment.copy(page.bytes(), ValueLayout.JAVA_BYTE, 0, all, at, page.length());
        at += page.length();
      }
    }
    assertThat(at - done).isEqualTo((int) got);
    return at - done;
  }

  /// Says that nothing more comes.
  void sendEnd() throws IOException {
    if (stream != null) {
      stream.shutdownOutput();
    } else if (messages instanceof SeqPacket seqPacket) {
      seqPacket.shutdownOutput();
    } else if (to == null) {
      messages().sendEmpty();
    } else {
      messages().sendEmpty(to);
    }
  }

  /// Takes the end, however the family says it.
  void expectEnd() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment target = arena.allocate(16);
      if (stream != null) {
        assertThat(stream.receive(target)).isEqualTo(Source.END);
      } else {
        Received received = messages().receive(target);
        boolean isEnd = messages instanceof SeqPacket ? received.isEnd() : received.size() == 0;
        assertThat(isEnd).as("%s", received).isTrue();
      }
    }
  }

  @Override
  public void close() {
    pipe.close();
    if (stream != null) {
      stream.close();
    }
    if (messages != null) {
      messages.close();
    }
  }
}
