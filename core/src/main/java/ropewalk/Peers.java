package ropewalk;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.net.Address;
import ropewalk.net.Listener;
import ropewalk.net.MessageSocket;
import ropewalk.net.SeqPacket;
import ropewalk.net.SeqPacketListener;
import ropewalk.net.Socket;
import ropewalk.net.Tcp;
import ropewalk.net.Udp;
import ropewalk.net.Unix;
import ropewalk.net.UnixDatagram;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioPool;

/// Sockets by the text of an address.
///
/// | text | connects | listens |
/// |---|---|---|
/// | `tcp://HOST:PORT` | a stream | streams |
/// | `tcp://HOST:PORT,HOST:PORT` | a stream to the first that answers | |
/// | `unix:PATH` | a stream | streams |
/// | `udp://HOST:PORT`, `unix-dgram:PATH` | datagrams to there | datagrams of anybody |
/// | `unix-seqpacket:PATH` | messages in sequence | those of the first who connects |
final class Peers {
  private final Engine engine;
  private final FolioPool pool;
  private final ZeroCopy zeroCopy;

  Peers(Engine engine, FolioPool pool, ZeroCopy zeroCopy) {
    this.engine = engine;
    this.pool = pool;
    this.zeroCopy = zeroCopy;
  }

  /// Tries one address after the other, each for `timeout` at most; zero for as long as the kernel
  /// does.
  ///
  /// @throws IOException of the last one tried; those of the others are suppressed in it
  Socket connect(String text, Duration timeout) throws IOException {
    List<Address> addresses = Address.parseAll(text);
    @Nullable IOException failure = null;
    for (Address address : addresses) {
      long deadline = timeout.isZero() ? Engine.FOREVER : Engine.in(timeout.toNanos());
      try {
        Socket socket = connect(address, deadline);
        socket.zeroCopy(zeroCopy);
        return socket;
      } catch (IOException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
      }
    }
    if (failure == null || addresses.size() == 1) {
      throw failure == null ? new IOException("connect(" + text + "): no address") : failure;
    }
    String message = "none of %s answered; the last: %s".formatted(text, failure.getMessage());
    if (failure instanceof SocketTimeoutException) {
      SocketTimeoutException late = new SocketTimeoutException(message);
      late.initCause(failure);
      throw late;
    }
    throw new IOException(message, failure);
  }

  private Socket connect(Address address, long deadline) throws IOException {
    return switch (address) {
      case Address.Tcp tcp -> Tcp.connect(engine, pool, tcp, deadline);
      case Address.Unix unix -> Unix.connect(engine, pool, unix, deadline);
      default -> throw new IllegalArgumentException("not a stream, but messages: " + address);
    };
  }

  Listener listen(String text) throws IOException {
    Listener listener = Listener.open(engine, pool, Address.parse(text));
    listener.zeroCopy(zeroCopy);
    return listener;
  }

  /// A socket of messages that go to one peer and come from there.
  MessageSocket messages(String text, Duration timeout) throws IOException {
    long deadline = timeout.isZero() ? Engine.FOREVER : Engine.in(timeout.toNanos());
    MessageSocket socket =
        switch (Address.parse(text)) {
          case Address.Udp udp -> Udp.connect(engine, pool, udp);
          case Address.UnixDatagram unix -> UnixDatagram.connect(engine, pool, unix.path());
          case Address.SeqPacket unix -> SeqPacket.connect(engine, pool, unix.path(), deadline);
          default -> throw notMessages(text);
        };
    socket.zeroCopy(zeroCopy);
    return socket;
  }

  /// A socket of messages that come from anybody.
  MessageSocket receiveMessages(String text) throws IOException {
    return switch (Address.parse(text)) {
      case Address.Udp udp -> Udp.bind(engine, pool, udp);
      case Address.UnixDatagram unix -> UnixDatagram.bind(engine, pool, unix.path());
      case Address.SeqPacket unix -> {
        try (SeqPacketListener listener = SeqPacketListener.open(engine, pool, unix.path())) {
          yield listener.accept();
        }
      }
      default -> throw notMessages(text);
    };
  }

  private static IllegalArgumentException notMessages(String text) {
    return new IllegalArgumentException("not messages, but a stream: " + text);
  }
}
