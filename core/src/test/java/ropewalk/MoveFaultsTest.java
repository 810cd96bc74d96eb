package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.linux.HostSyscalls;
import ropewalk.net.Socket;
import ropewalk.page.PoolPlan;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// A fault at every call of a move: whatever fails, the count that is reported is the count that
/// arrived, byte for byte, and nothing leaks (the audit after each test counts pages, loans and
/// descriptors). Invariants 8 and 10; R-15.
class MoveFaultsTest {
  private static final int SIZE = 700_001;

  @TempDir Path directory;

  private static Ropewalk open(FaultySyscalls faulty, Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .syscalls(faulty.calls())
        .engine(Denied.granted(choice))
        .cacheBytes(2 << 20)
        .plan(PoolPlan.of(4 << 20, 4 << 20))
        .open();
  }

  @ParameterizedTest
  @EnumSource
  void fileToFile(Fault fault) throws Exception {
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, SIZE));
    for (String route : new String[] {"copy_file_range", "pages"}) {
      FaultySyscalls.sweep(
          HostSyscalls.host(),
          fault,
          faulty -> {
            Path target = directory.resolve("target");
            try (Ropewalk walk = open(faulty, Engine.Choice.EPOLL);
                PlainFile from = walk.plainFile(source);
                PlainFile to = PlainFile.create(walk.engine(), walk.pool(), target)) {
              Moved moved = walk.move(from, to, MoveOptions.DEFAULT.withRoute(route));
              assertThat(moved.accepted()).isEqualTo(SIZE);
              to.commit(false);
              Pattern.verify(Files.readAllBytes(target), 0);
            } catch (IOException | UnsupportedOperationException e) {
              // Failing is allowed, half a target is not.
            }
            if (Files.exists(target)) {
              assertThat(Files.size(target)).isEqualTo(SIZE);
            }
            Files.deleteIfExists(target);
            assertThat(directory.toFile().list()).containsExactly("source");
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void cachedFileToSocket(Fault fault) throws Exception {
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, SIZE));
    for (Engine.Choice choice : new Engine.Choice[] {Engine.Choice.EPOLL, Engine.Choice.IO_URING}) {
      FaultySyscalls.sweep(
          HostSyscalls.host(), fault, faulty -> sendThrough(faulty, choice, source));
    }
  }

  private void sendThrough(FaultySyscalls faulty, Engine.Choice choice, Path source)
      throws Exception {
    Path path = directory.resolve("socket");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      FutureTask<byte[]> reader = new FutureTask<>(() -> readAll(server));
      Thread.ofPlatform().daemon().start(reader);
      long accepted = -1;
      boolean isConnected = false;
      try (Ropewalk walk = open(faulty, choice);
          CachedFile file = walk.file(source);
          Socket peer = walk.connect("unix:" + path)) {
        isConnected = true;
        try {
          accepted = walk.move(file, peer).accepted();
        } catch (MoveException e) {
          accepted = e.soFar().accepted();
          assertThat(e.lost()).isZero();
        }
      } catch (IOException e) {
        // The house or its ends could not be opened.
      }
      if (!isConnected) {
        server.close(); // wakes the reader: nobody will come
      }
      byte[] received = reader.get();
      Pattern.verify(received, 0);
      if (accepted >= 0) {
        assertThat(received).hasSize((int) accepted);
      }
    } finally {
      server.close();
      Files.deleteIfExists(path);
    }
  }

  private static byte[] readAll(ServerSocketChannel server) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (SocketChannel peer = server.accept()) {
      ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
      while (peer.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
    } catch (IOException e) {
      // Nobody came, or the connection was reset: what has arrived has arrived.
    }
    return all.toByteArray();
  }
}
