package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.file.NullSink;
import ropewalk.file.PlainFile;
import ropewalk.file.ZeroSource;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PoolPlan;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.testkit.Pattern;

/// Every pair of ends, by every route that takes it, on both engines: the same bytes, honest
/// counts.
class MoveTest {
  private static final int[] SIZES = {
    0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 5_000_003
  };

  private static final Engine.Choice[] ENGINES = {Engine.Choice.EPOLL, Engine.Choice.IO_URING};

  @TempDir Path directory;

  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(16 << 20)
        .plan(PoolPlan.of(16 << 20, 32 << 20))
        .open();
  }

  private Path patterned(int size) throws IOException {
    return Files.write(directory.resolve("source-" + size), Pattern.bytes(0, size));
  }

  private static <T> FutureTask<T> start(Callable<T> callable) {
    FutureTask<T> task = new FutureTask<>(callable);
    Thread.ofVirtual().start(task);
    return task;
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy_file_range", "sendfile", "pages"})
  void fileToFileByEachRoute(String route) throws Exception {
    for (Engine.Choice choice : ENGINES) {
      try (Ropewalk walk = open(choice)) {
        for (int size : SIZES) {
          Path target = directory.resolve(route + size + choice);
          try (PlainFile from = walk.plainFile(patterned(size));
              PlainFile to = PlainFile.create(walk.engine(), walk.pool(), target)) {
            Moved moved = walk.move(from, to, MoveOptions.DEFAULT.withRoute(route));
            to.commit(false);
            assertThat(moved.accepted()).isEqualTo(size);
            assertThat(moved.copiedUser()).isZero();
            assertThat(moved.ticket().isStable()).isTrue();
          } catch (IOException e) {
            // An empty file has nothing by which copy_file_range could tell it from a special one.
            assertThat(size).as(e.toString()).isZero();
            continue;
          }
          Pattern.verify(Files.readAllBytes(target), 0);
          assertThat(Files.size(target)).isEqualTo(size);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void fileToSocketsStrictAndRelaxed(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice)) {
      for (String scheme : new String[] {"tcp", "unix"}) {
        for (int size : SIZES) {
          byte[] strict = sendFile(walk, scheme, size, MoveOptions.DEFAULT, true, false);
          Pattern.verify(strict, 0);
          assertThat(strict).hasSize(size);
          MoveOptions gathered = MoveOptions.DEFAULT;
          MoveOptions given =
              wayOfCached(walk, scheme, size).equals("lend+give")
                  ? gathered.withRoute("give")
                  : gathered;
          byte[] cached = sendFile(walk, scheme, size, given, true, true);
          Pattern.verify(cached, 0);
          assertThat(cached).hasSize(size);
          byte[] relaxed =
              sendFile(walk, scheme, size, MoveOptions.DEFAULT.relaxed(), false, false);
          Pattern.verify(relaxed, 0);
          assertThat(relaxed).hasSize(size);
        }
      }
    }
  }

  /// To a local socket whole pages can be given where the kernel was seen to keep them; the rest,
  /// and all that goes to TCP, is gathered.
  private static String wayOfCached(Ropewalk walk, String scheme, int size) {
    boolean gives = scheme.equals("unix") && size >= 4096 && walk.pool().mayGive();
    return gives ? "lend+give" : "lend+gather";
  }

  private byte[] sendFile(
      Ropewalk walk, String scheme, int size, MoveOptions options, boolean stable, boolean cached)
      throws Exception {
    Path path = patterned(size);
    try (Listener listener = walk.listen(local(scheme))) {
      FutureTask<byte[]> reader = start(() -> readAll(listener));
      try (Socket peer = walk.connect(listener.address().toString())) {
        Moved moved;
        if (cached) {
          try (var file = walk.file(path)) {
            moved = walk.move(file, peer, options);
          }
        } else {
          try (var file = walk.plainFile(path)) {
            moved = walk.move(file, peer, options);
          }
        }
        assertThat(moved.accepted()).isEqualTo(size);
        assertThat(moved.copiedUser()).isZero();
        assertThat(moved.ticket().isStable()).as(moved.toString()).isEqualTo(stable);
        if (cached) {
          assertThat(moved.route()).isEqualTo(wayOfCached(walk, scheme, size));
          assertThat(moved.ticket().isGiven()).isEqualTo(moved.route().equals("lend+give"));
        } else if (stable) {
          assertThat(moved.declined()).anyMatch(line -> line.startsWith("sendfile: live"));
        } else {
          assertThat(moved.route()).isEqualTo("sendfile");
        }
      }
      return reader.get();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"splice2", "pages"})
  void socketToFile(String route) throws Exception {
    for (Engine.Choice choice : ENGINES) {
      try (Ropewalk walk = open(choice)) {
        for (String scheme : new String[] {"tcp", "unix"}) {
          for (int size : SIZES) {
            Path target = directory.resolve("received");
            try (Listener listener = walk.listen(local(scheme))) {
              FutureTask<Void> writer = start(() -> writePattern(walk, listener, size));
              try (Socket peer = listener.accept();
                  PlainFile file = PlainFile.create(walk.engine(), walk.pool(), target)) {
                Moved moved = walk.move(peer, file, MoveOptions.DEFAULT.withRoute(route));
                file.commit(false);
                assertThat(moved.accepted()).isEqualTo(size);
                assertThat(moved.copiedUser()).isZero();
              }
              writer.get();
            }
            byte[] received = Files.readAllBytes(target);
            assertThat(received).hasSize(size);
            Pattern.verify(received, 0);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void relayMovesEachByteOnce(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Listener front = walk.listen("tcp://127.0.0.1:0");
        Listener back = walk.listen(local("unix"))) {
      int size = 3_000_001;
      FutureTask<byte[]> reader = start(() -> readAll(back));
      FutureTask<Void> writer = start(() -> writePattern(walk, front, size));
      try (Socket in = front.accept();
          Socket out = walk.connect(back.address().toString())) {
        Moved moved = walk.move(in, out);
        assertThat(moved.route()).isEqualTo("splice2");
        assertThat(moved.accepted()).isEqualTo(size);
        assertThat(moved.copiedKernel()).isZero();
      }
      writer.get();
      byte[] received = reader.get();
      assertThat(received).hasSize(size);
      Pattern.verify(received, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void limitIsKeptAndTheSourceStandsBehindIt(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        PlainFile file = walk.plainFile(patterned(5_000_003));
        NullSink sink = new NullSink()) {
      long total = 0;
      for (long limit : new long[] {0, 1, 4096, 1_048_577}) {
        Moved moved = walk.move(file, sink, MoveOptions.DEFAULT.withLimit(limit));
        assertThat(moved.accepted()).isEqualTo(limit);
        total += limit;
      }
      assertThat(walk.move(file, sink).accepted()).isEqualTo(5_000_003 - total);
      assertThat(walk.splice(file, sink, 10).accepted()).isZero();
      Moved zeros =
          walk.move(
              new ZeroSource(walk.pool(), Long.MAX_VALUE),
              sink,
              MoveOptions.DEFAULT.withLimit(3L << 30));
      assertThat(zeros.accepted()).isEqualTo(3L << 30);
      assertThat(zeros.copiedKernel()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aPeerThatIsGoneIsAnErrorWithCountAndErrno(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Listener listener = walk.listen("tcp://127.0.0.1:0");
        PlainFile file = walk.plainFile(patterned(5_000_003));
        Socket peer = walk.connect(listener.address().toString())) {
      listener.accept().reset();
      assertThatThrownBy(() -> walk.move(file, peer))
          .isInstanceOf(MoveException.class)
          .hasMessageMatching("(?s).*(EPIPE|ECONNRESET).*after \\d+ bytes.*");
    }
  }

  /// The end of a move is not the end of the connection: the next move follows on the same socket.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void oneMoveAfterAnother(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice)) {
      for (String scheme : new String[] {"tcp", "unix"}) {
        try (Listener listener = walk.listen(local(scheme))) {
          FutureTask<byte[]> reader = start(() -> readAll(listener));
          try (Socket peer = walk.connect(listener.address().toString());
              PlainFile file = walk.plainFile(patterned(65_537))) {
            walk.move(file.from(0, 1), peer, MoveOptions.DEFAULT.withMore());
            walk.move(file.from(1, 65_535), peer);
            walk.move(file.from(65_536, 1), peer);
            peer.shutdownOutput();
            peer.awaitAcknowledged();
          }
          byte[] received = reader.get();
          assertThat(received).hasSize(65_537);
          Pattern.verify(received, 0);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aRouteThatCannotBeTakenSaysWhy(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        PlainFile file = walk.plainFile(patterned(1));
        NullSink sink = new NullSink()) {
      assertThatThrownBy(
              () -> walk.move(file, sink, MoveOptions.DEFAULT.withRoute("copy_file_range")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("copy_file_range: needs a regular file at both ends");
    }
  }

  private String local(String scheme) {
    return scheme.equals("tcp") ? "tcp://127.0.0.1:0" : "unix:" + directory.resolve("socket");
  }

  private static Void writePattern(Ropewalk walk, Listener listener, int size) throws IOException {
    try (Socket peer = walk.connect(listener.address().toString())) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(Math.max(1, size)).limit(size);
      bytes.put(Pattern.bytes(0, size)).flip();
      peer.channel(new ropewalk.iov.Tally()).write(bytes);
    }
    return null;
  }

  /// A peer that knows nothing of us but the socket: what arrives is read by the plainest means.
  private static byte[] readAll(Listener listener) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (Socket peer = listener.accept();
        var channel = peer.channel(new ropewalk.iov.Tally())) {
      ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
      while (channel.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
    }
    return all.toByteArray();
  }
}
