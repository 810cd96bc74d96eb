package ropewalk.app.demo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import ropewalk.Ropewalk;
import ropewalk.crypto.Digest;
import ropewalk.file.CachedFile;
import ropewalk.net.Socket;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Sink;

/// A file server's large reads (feature F3-8, seed 3's own user): each is signed and sent, while
/// other clients write to the same file through the same server. A client that finds a signature
/// which does not fit its bytes drops the connection, so the two have to agree.
///
/// ```
///   read of 8 MiB ──┬── bytes ────────────────► peer ── digest of what came ──┐ agree?
///                   └── digest ── MAC ── sent behind ──────────────────────────┘
///                 ▲ meanwhile: writes of 64 KiB, all over the file, without a pause
/// ```
///
/// The signature is an HMAC over the SHA-256 of the bytes. The JDK's server without a copy reads a
/// mapping for the digest and sends by transferTo; each sees the file at its own moment. Ours lends
/// the same pages to the digest and to the socket.
final class Signing {
  /// Bytes of a read: the largest that SMB clients ask for.
  static final int READ = 8 << 20;

  private static final int WRITE = 64 << 10;
  private static final int MAC_BYTES = 32;
  private static final byte[] KEY = "the key of this session".getBytes(StandardCharsets.US_ASCII);

  private Signing() {}

  /// One kind of server: what a read and a write are to it.
  interface Server extends AutoCloseable {
    /// How a report calls it.
    String name();

    /// Sends all of the file and then its signature to loopback's `port`.
    void serve(int port) throws IOException;

    /// Somebody's write.
    void write(byte[] bytes, long offset) throws IOException;

    @Override
    void close() throws IOException;
  }

  /// Serves `rounds` reads under one writer.
  ///
  /// @return how many signatures did not fit their bytes
  static int run(Server server, int rounds) throws IOException {
    return run(server, rounds, 1, wrong -> false);
  }

  /// Serves reads under `writers` writers, until `rounds` are done or `isEnough` of the signatures
  /// that did not fit.
  ///
  /// @return how many did not fit their bytes
  static int run(Server server, int rounds, int writers, IntPredicate isEnough) throws IOException {
    AtomicBoolean isOver = new AtomicBoolean();
    List<FutureTask<Boolean>> writing = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      int first = writer;
      FutureTask<Boolean> task = new FutureTask<>(() -> write(server, first, isOver));
      writing.add(task);
      Thread.ofPlatform().daemon().name("writer").start(task);
    }
    int wrong = 0;
    try (ServerSocketChannel door =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1)) {
      int port = ((InetSocketAddress) door.getLocalAddress()).getPort();
      for (int round = 0; round < rounds && !isEnough.test(wrong); round++) {
        FutureTask<Boolean> serving =
            new FutureTask<>(
                () -> {
                  server.serve(port);
                  return true;
                });
        Thread.ofVirtual().name("serve").start(serving);
        byte[] received;
        try (SocketChannel peer = door.accept()) {
          received = readAll(peer);
        }
        var _ = Exposure.get(serving); // its failure says more than that too little came
        wrong += isSigned(received) ? 0 : 1;
      }
    } finally {
      isOver.set(true);
    }
    for (FutureTask<Boolean> task : writing) {
      var _ = Exposure.get(task);
    }
    return wrong;
  }

  private static boolean write(Server server, int first, AtomicBoolean isOver) throws IOException {
    byte[] bytes = new byte[WRITE];
    for (int i = first; !isOver.get(); i++) {
      Arrays.fill(bytes, (byte) i);
      server.write(bytes, (long) (i * 37 % (READ / WRITE)) * WRITE);
    }
    return true;
  }

  /// What the client gets, until the end.
  private static byte[] readAll(SocketChannel peer) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(READ + MAC_BYTES);
    while (all.hasRemaining() && peer.read(all) >= 0) {
      // More of it.
    }
    return Arrays.copyOf(all.array(), all.position());
  }

  /// What the client does with it.
  private static boolean isSigned(byte[] received) throws IOException {
    if (received.length != READ + MAC_BYTES) {
      throw new IOException(
          "the peer got %d of %d bytes".formatted(received.length, READ + MAC_BYTES));
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(received, 0, READ);
      return Arrays.equals(
          mac(digest.digest()), Arrays.copyOfRange(received, READ, READ + MAC_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  static byte[] mac(byte[] digest) throws IOException {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
      return mac.doFinal(digest);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  static Path file(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "signed", ".bin");
    Files.write(file, new byte[READ]);
    return file;
  }

  /// The JDK's: a mapping is digested, and transferTo sends.
  static final class Jdk implements Server {
    private final Path file;
    private final FileChannel channel;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment mapping;

    Jdk(Path folder) throws IOException {
      file = file(folder);
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, READ, arena);
    }

    @Override
    public String name() {
      return "mapping + transferTo";
    }

    @Override
    public void serve(int port) throws IOException {
      try (SocketChannel sink =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(mapping.asByteBuffer());
        long done = 0;
        while (done < READ) {
          done += channel.transferTo(done, READ - done, sink);
        }
        sink.write(ByteBuffer.wrap(mac(digest.digest())));
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void write(byte[] bytes, long offset) throws IOException {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }

    @Override
    public void close() throws IOException {
      channel.close();
      arena.close();
      Files.delete(file);
    }
  }

  /// Ours: the pages go to the socket, and the same pages to the digest.
  static final class Ours implements Server {
    private final Ropewalk walk;
    private final Path file;
    private final CachedFile cached;

    Ours(Ropewalk walk, Path folder) throws IOException {
      this.walk = walk;
      file = file(folder);
      cached = walk.file(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public String name() {
      return "Ropewalk, tee";
    }

    @Override
    public void serve(int port) throws IOException {
      try (Arena arena = Arena.ofConfined();
          Digest digest = Digest.open("sha256");
          Socket socket = walk.connect("tcp://127.0.0.1:" + port)) {
        Sink both = walk.tee(socket, walk.digest(digest));
        var _ =
            walk.move(cached.from(0, READ), both, MoveOptions.DEFAULT.withLimit(READ).withMore());
        socket.send(arena.allocateFrom(ValueLayout.JAVA_BYTE, mac(digest.finish())), false);
        socket.shutdownOutput();
      }
    }

    @Override
    public void write(byte[] bytes, long offset) throws IOException {
      var _ = cached.write(ByteBuffer.wrap(bytes), offset);
    }

    @Override
    public void close() throws IOException {
      cached.close();
      Files.delete(file);
    }
  }
}
