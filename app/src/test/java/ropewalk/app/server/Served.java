package ropewalk.app.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// A directory and a server over it, for one test. Closing it closes server and house, and each of
/// them complains about what is still held.
final class Served implements AutoCloseable {
  final Path root;
  final List<String> log = new CopyOnWriteArrayList<>();
  final Ropewalk walk;
  final Server server;

  Served(Path root) throws IOException {
    this(root, options -> options);
  }

  Served(Path root, UnaryOperator<ServeOptions> change) throws IOException {
    this(root, change, HostSyscalls.host(), Engine.Choice.AUTO);
  }

  /// On another kernel, by a chosen engine.
  Served(Path root, UnaryOperator<ServeOptions> change, Syscalls syscalls, Engine.Choice engine)
      throws IOException {
    this.root = root;
    ServeOptions options =
        change.apply(ServeOptions.of(root).withBind("127.0.0.1", 0).withLog(log::add));
    walk =
        Ropewalk.builder()
            .syscalls(syscalls)
            .engine(engine)
            .cacheBytes(options.cacheBytes())
            .open();
    Server started = null;
    try {
      started = Server.start(walk, options);
    } finally {
      if (started == null) {
        walk.close();
      }
    }
    server = started;
  }

  /// Writes `bytes` as `name` and gives its path.
  Path put(String name, byte[] bytes) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(path.resolveSibling("."));
    return Files.write(path, bytes);
  }

  Path put(String name, String text) throws IOException {
    return put(name, text.getBytes(UTF_8));
  }

  /// Makes a sparse file of `size` zeros, but for one marked byte at each of `marks`.
  Path sparse(String name, long size, long... marks) throws IOException {
    Path path = root.resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
      for (long mark : marks) {
        file.seek(mark);
        file.write(1);
      }
    }
    return path;
  }

  /// A raw connection.
  RawPeer peer() throws IOException {
    return new RawPeer(InetAddress.getLoopbackAddress(), server.port(), 0);
  }

  /// A raw connection whose receive buffer is small, so that the server's socket fills up soon.
  RawPeer slowPeer() throws IOException {
    return new RawPeer(InetAddress.getLoopbackAddress(), server.port(), 64 << 10);
  }

  /// The log's lines when there are `count` of them: a line is written behind the answer, so a
  /// client may be faster.
  List<String> lines(int count) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (log.size() < count && System.nanoTime() < deadline) {
      Thread.sleep(2);
    }
    return List.copyOf(log);
  }

  @Override
  public void close() {
    try (walk) {
      server.close();
    }
  }
}
