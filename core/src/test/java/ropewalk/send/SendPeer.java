package ropewalk.send;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.net.Address;
import ropewalk.net.MessageSocket;
import ropewalk.net.SeqPacket;
import ropewalk.net.SeqPacketListener;
import ropewalk.net.Socket;
import ropewalk.net.Udp;
import ropewalk.net.UnixDatagram;
import ropewalk.splice.Sink;

/// The other end of one connection of a [SendRoom]: channels of the JDK, and where it has none a
/// second house of ours, over a kernel that does not fail. Used by one thread.
abstract class SendPeer implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final int MESSAGE_BYTES = 60_000;
  private static final int ROOM = 1 << 18;

  /// Makes `walk` connect to it.
  abstract Sink connect(Ropewalk walk) throws IOException;

  /// All that arrived of a stream whose near end is closed; of messages, once `accepted` bytes did.
  abstract byte[] arrived(int accepted) throws IOException;

  @Override
  public abstract void close() throws IOException;

  /// A peer of this kind; local ones have the name `name`.
  static SendPeer of(SendRoom.Kind kind, Ropewalk other, Path name) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return switch (kind) {
      case TCP -> new Streams(ServerSocketChannel.open().bind(any), null);
      case UNIX ->
          new Streams(
              ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                  .bind(UnixDomainSocketAddress.of(name)),
              name);
      case UDP -> new Datagrams(DatagramChannel.open(StandardProtocolFamily.INET).bind(any));
      case UNIX_DATAGRAM, SEQPACKET ->
          new Local(kind == SendRoom.Kind.SEQPACKET, other, name.toString());
    };
  }

  private static <T extends MessageSocket> T ready(T near) {
    near.messageBytes(MESSAGE_BYTES);
    near.sendTimeout(PATIENCE_NANOS);
    return near;
  }

  private static final class Streams extends SendPeer {
    private final ServerSocketChannel server;
    private final @Nullable Path name;
    private FutureTask<byte[]> reader = new FutureTask<>(() -> new byte[0]);

    Streams(ServerSocketChannel server, @Nullable Path name) {
      this.server = server;
      this.name = name;
    }

    @Override
    Sink connect(Ropewalk walk) throws IOException {
      String to =
          name != null
              ? "unix:" + name
              : "tcp://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort();
      Socket near = walk.connect(to);
      near.sendTimeout(PATIENCE_NANOS);
      ReadableByteChannel far = server.accept();
      reader = new FutureTask<>(() -> readAll(far));
      Thread.ofVirtual().start(reader);
      return near;
    }

    @Override
    byte[] arrived(int accepted) throws IOException {
      try {
        return reader.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IOException("the peer", e);
      }
    }

    private static byte[] readAll(ReadableByteChannel far) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      try (far) {
        while (far.read(buffer.clear()) >= 0) {
          all.write(buffer.array(), 0, buffer.position());
        }
      } catch (IOException e) {
        // Reset: what has arrived has arrived.
      }
      return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
      server.close();
      if (name != null) {
        Files.deleteIfExists(name);
      }
    }
  }

  private static final class Datagrams extends SendPeer {
    private final DatagramChannel far;

    Datagrams(DatagramChannel far) {
      this.far = far;
    }

    @Override
    Sink connect(Ropewalk walk) throws IOException {
      int port = ((InetSocketAddress) far.getLocalAddress()).getPort();
      return ready(Udp.connect(walk.engine(), walk.pool(), new Address.Udp("127.0.0.1", port)));
    }

    @Override
    byte[] arrived(int accepted) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      far.configureBlocking(false);
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (all.size() < accepted && System.nanoTime() < deadline) {
        buffer.clear();
        if (far.receive(buffer) != null) {
          all.write(buffer.array(), 0, buffer.position());
        }
      }
      return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
      far.close();
    }
  }

  /// Local messages, for which the JDK has no channels.
  private static final class Local extends SendPeer {
    private final String name;
    private final @Nullable SeqPacketListener listener;
    private @Nullable MessageSocket far;

    Local(boolean isSequence, Ropewalk other, String name) throws IOException {
      this.name = name;
      listener = isSequence ? SeqPacketListener.open(other.engine(), other.pool(), name) : null;
      far = isSequence ? null : UnixDatagram.bind(other.engine(), other.pool(), name);
    }

    @Override
    Sink connect(Ropewalk walk) throws IOException {
      if (listener == null) {
        return ready(UnixDatagram.connect(walk.engine(), walk.pool(), name));
      }
      SeqPacket near =
          SeqPacket.connect(walk.engine(), walk.pool(), name, System.nanoTime() + PATIENCE_NANOS);
      far = listener.accept();
      return ready(near);
    }

    @Override
    byte[] arrived(int accepted) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      MessageSocket far = this.far;
      if (far == null || accepted == 0) {
        return all.toByteArray();
      }
      far.receiveTimeout(PATIENCE_NANOS);
      try (Arena arena = Arena.ofShared()) {
        MemorySegment target = arena.allocate(ROOM);
        while (all.size() < accepted) {
          long length = far.receive(target).length();
          if (length < 0) {
            break;
          }
          all.writeBytes(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
      }
      return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
      if (far != null) {
        far.close();
      }
      if (listener != null) {
        listener.close();
      }
      Files.deleteIfExists(Path.of(name));
    }
  }
}
