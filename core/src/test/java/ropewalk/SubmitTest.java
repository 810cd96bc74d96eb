package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.iov.Tally;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PoolPlan;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Submitted;
import ropewalk.testkit.Pattern;

/// Moves that were begun and go on beside the caller (seed 3: a splice with a completion).
class SubmitTest {
  private static final int SIZE = 3_000_001;
  private static final int MANY = 16;

  /// More than a TCP connection on loopback holds in its queues.
  private static final int LONG = 24_000_001;

  @TempDir Path directory;

  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(8 << 20)
        .plan(PoolPlan.of(16 << 20, 32 << 20))
        .open();
  }

  /// Nobody reads before all are submitted, and each is larger than its socket's queue: so all are
  /// in flight at once.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void manyAreInFlight(Engine.Choice choice) throws Exception {
    Path path = Files.write(directory.resolve("file"), Pattern.bytes(0, SIZE));
    try (Ropewalk walk = open(choice);
        CachedFile file = walk.file(path);
        Listener listener = walk.listen("unix:" + directory.resolve("socket"))) {
      List<Socket> near = new ArrayList<>();
      List<Socket> far = new ArrayList<>();
      List<Submitted> moves = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        near.add(walk.connect(listener.address().toString()));
        far.add(listener.accept());
        moves.add(walk.submit(file.from(0, SIZE), near.get(i), MoveOptions.DEFAULT));
      }
      assertThat(moves).noneMatch(Submitted::isDone);
      for (int i = 0; i < MANY; i++) {
        Pattern.verify(receive(far.get(i), SIZE), 0);
        Moved moved = moves.get(i).join();
        assertThat(moved.accepted()).isEqualTo(SIZE);
        assertThat(moved.ticket().isStable()).isTrue();
        assertThat(moves.get(i).completion().toCompletableFuture().join()).isEqualTo(moved);
        near.get(i).close();
        far.get(i).close();
      }
    }
  }

  /// A cancelled move says how far it came, and exactly that arrives.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aCancelledOneTellsWhatWasAccepted(Engine.Choice choice) throws Exception {
    Path path = Files.write(directory.resolve("file"), Pattern.bytes(0, LONG));
    for (String scheme :
        new String[] {"unix:" + directory.resolve("socket"), "tcp://127.0.0.1:0"}) {
      try (Ropewalk walk = open(choice);
          CachedFile file = walk.file(path);
          Listener listener = walk.listen(scheme);
          Socket near = walk.connect(listener.address().toString());
          Socket far = listener.accept()) {
        Submitted move =
            walk.submit(file.from(0, Long.MAX_VALUE), near, MoveOptions.DEFAULT.withMore());
        byte[] first = receive(far, 1000);
        move.cancel();
        Throwable failure = failure(move);
        if (!(failure instanceof MoveException cut)) {
          throw new AssertionError("a cancelled move ended otherwise", failure);
        }
        long accepted = cut.soFar().accepted();
        assertThat(accepted).isBetween(1000L, LONG - 1L);
        assertThat(cut.lost()).isZero();
        if (near.fd().isOpen()) { // if it was waiting for room, the interrupt has closed it
          near.shutdownOutput();
        }
        byte[] rest = receive(far, (int) accepted - 1000);
        Pattern.verify(first, 0);
        Pattern.verify(rest, 1000);
        assertThat(far.channel(new Tally()).read(ByteBuffer.allocate(1))).isEqualTo(-1);
        move.cancel();
        assertThat(move.isDone()).isTrue();
      }
    }
  }

  private static @Nullable Throwable failure(Submitted move) {
    try {
      return new AssertionError("a cancelled move ended with " + move.join());
    } catch (CompletionException e) {
      return e.getCause();
    }
  }

  private static byte[] receive(Socket socket, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    var channel = socket.channel(new Tally());
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
    assertThat(bytes.hasRemaining()).isFalse();
    return bytes.array();
  }
}
