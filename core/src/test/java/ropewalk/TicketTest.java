package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.file.CachedFile;
import ropewalk.file.NullSink;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Sink;
import ropewalk.splice.Ticket;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// The three ends of a ticket, and the fragments that it follows.
class TicketTest {
  private static final int SIZE = 300_001;

  @TempDir Path directory;
  private Ropewalk walk;
  private Path path;

  @BeforeEach
  void open() throws IOException {
    walk = Ropewalk.builder().cacheBytes(4 << 20).plan(PoolPlan.of(4 << 20, 8 << 20)).open();
    path = Files.write(directory.resolve("file"), Pattern.bytes(0, SIZE));
  }

  @AfterEach
  void close() {
    walk.close();
  }

  /// Strict and without a copy: what waits in the pipe is what the file was (seed 3, F3-6).
  @Test
  void aPipeKeepsWhatTheFileWas() throws IOException {
    try (CachedFile file = walk.file(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Pipe pipe = walk.pipe(64)) {
      Moved moved = walk.move(file.from(0, SIZE), walk.sink(pipe));
      assertThat(moved.route()).isEqualTo("lend+pipe");
      assertThat(moved.accepted()).isEqualTo(SIZE);
      assertThat(moved.copiedUser()).isZero();
      Ticket ticket = moved.ticket();
      assertThat(ticket.isStable()).isTrue();
      assertThat(ticket.isDrained()).isFalse();
      assertThat(ticket.awaitDrained(Duration.ofMillis(1))).isFalse();

      file.write(ByteBuffer.wrap(Pattern.bytes(Pattern.version(1), SIZE)), 0);
      assertThat(pipe.bytes()).isEqualTo(SIZE);
      Pattern.verify(drain(pipe), 0);
      assertThat(ticket.isDrained()).isTrue();
      ticket.awaitDrained();
    }
  }

  /// Sliced, split, shared, lent, teed, moved on and dropped, in any order: drained when the last
  /// piece is gone and not one release earlier.
  @Test
  void theLastFragmentDrains() {
    Gen.check(
        300,
        gen -> {
          try (CachedFile file = walk.file(path);
              Pipe pipe = walk.pipe(64)) {
            Ticket ticket = walk.move(file.from(0, SIZE), walk.sink(pipe)).ticket();
            List<PageRef> pieces = new ArrayList<>();
            for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
              pieces.add(ref);
            }
            for (int step = 0; step < 40; step++) {
              PageRef one = pieces.get(gen.in(0, pieces.size() - 1));
              int cut = gen.in(0, one.length());
              @Nullable PageRef made =
                  switch (gen.in(0, 3)) {
                    case 0 -> one.tryShare(cut, one.length() - cut);
                    case 1 -> one.splitHead(cut);
                    case 2 -> one.tryLend(cut, one.length() - cut);
                    default -> one.share();
                  };
              if (made != null) {
                pieces.add(made);
              }
            }
            while (!pieces.isEmpty()) {
              assertThat(ticket.isDrained()).isFalse();
              pieces.remove(gen.in(0, pieces.size() - 1)).close();
            }
            assertThat(ticket.isDrained()).isTrue();
          }
        });
  }

  @Test
  void teeAndCloseAreFollowed() throws Exception {
    try (CachedFile file = walk.file(path)) {
      Pipe pipe = walk.pipe(64);
      Pipe twin = walk.pipe(64);
      Ticket ticket = walk.move(file.from(0, SIZE), walk.sink(pipe)).ticket();
      CompletableFuture<Void> drained = ticket.drained().toCompletableFuture();
      pipe.tee(twin, SIZE);
      pipe.close();
      assertThat(ticket.isDrained()).isFalse();
      assertThat(drained).isNotDone();
      twin.close();
      drained.get(10, TimeUnit.SECONDS);
      assertThat(ticket.isDrained()).isTrue();
    }
  }

  /// A pipe that breaks in the middle: what it took and released is drained, whatever the failure.
  @Test
  void failureIsFollowed() throws Exception {
    try (CachedFile file = walk.file(path);
        Pipe pipe = walk.pipe(2)) {
      Sink breaking = walk.sink(pipe);
      Thread closer = Thread.ofVirtual().start(() -> closeWhenFull(pipe));
      MoveException failure = null;
      try {
        walk.move(file.from(0, SIZE), breaking);
      } catch (MoveException e) {
        failure = e;
      }
      assertThat(failure).isNotNull();
      closer.join();
      assertThat(closer.isAlive()).isFalse();
      assertThat(Objects.requireNonNull(failure).soFar().ticket().isDrained()).isTrue();
    }
  }

  private static void closeWhenFull(Pipe pipe) {
    while (pipe.free() > 0) {
      Thread.onSpinWait();
    }
    pipe.closeSink();
  }

  @Test
  void aWaiterCanBeInterrupted() throws IOException {
    try (CachedFile file = walk.file(path);
        Pipe pipe = walk.pipe(64)) {
      Ticket ticket = walk.move(file.from(0, 1), walk.sink(pipe)).ticket();
      Thread.currentThread().interrupt();
      assertThatThrownBy(ticket::awaitDrained).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /// What can't be known is said at once and never waited for.
  @Test
  void theUnknowableIsNotWaitedFor() throws IOException {
    try (Listener listener = walk.listen("unix:" + directory.resolve("socket"));
        Socket near = walk.connect(listener.address().toString());
        Socket far = listener.accept();
        var plain = walk.plainFile(path);
        CachedFile file = walk.file(path)) {
      Ticket live =
          walk.move(plain.from(0, 8192), near, MoveOptions.DEFAULT.relaxed().withRoute("sendfile"))
              .ticket();
      assertThat(live.isStable()).isFalse();
      assertThat(live.isDrained()).isFalse();
      assertThatThrownBy(live::awaitDrained).hasMessageContaining("unknowable");
      assertThat(live.drained().toCompletableFuture()).isCompletedExceptionally();
      if (walk.pool().mayGive()) {
        Ticket given =
            walk.move(file.from(0, 8192), near, MoveOptions.DEFAULT.withRoute("give")).ticket();
        assertThat(given.isStable()).isTrue();
        assertThat(given.isGiven()).isTrue();
        assertThat(given.isDrained()).isFalse();
        assertThatThrownBy(() -> given.awaitDrained(Duration.ZERO)).hasMessageContaining("given");
      }
      assertThat(walk.move(file.from(0, 100), near).ticket().isDrained()).as("copied").isTrue();
      assertThat(far.fd().isOpen()).isTrue();
    }
  }

  private static byte[] drain(Pipe pipe) {
    byte[] bytes = new byte[Math.toIntExact(pipe.bytes())];
    int at = 0;
    for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
      ByteBuffer.wrap(bytes, at, ref.length()).put(ref.bytes().asByteBuffer());
      at += ref.length();
      ref.close();
    }
    return bytes;
  }

  @Test
  void aPipeIsASourceToo() throws IOException {
    try (CachedFile file = walk.file(path);
        Pipe pipe = walk.pipe(64);
        NullSink nothing = new NullSink()) {
      Ticket ticket = walk.move(file.from(0, SIZE), walk.sink(pipe)).ticket();
      pipe.closeSource();
      Moved moved = walk.move(walk.source(pipe), nothing);
      assertThat(moved.accepted()).isEqualTo(SIZE);
      assertThat(moved.route()).isEqualTo("pipe+drop");
      assertThat(ticket.isDrained()).isTrue();
    }
  }
}
