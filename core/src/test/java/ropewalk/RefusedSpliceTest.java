package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Splices;
import ropewalk.linux.Syscalls;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PoolPlan;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.testkit.Pattern;

/// Pages that can't be passed on are copied, from the byte on at which they were refused; and what
/// asks a socket never waits in the kernel.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefusedSpliceTest {
  private static final int SIZE = 3_000_000;

  private static final MoveOptions GIVE = MoveOptions.DEFAULT.withRoute("give");

  @TempDir Path directory;

  private static Ropewalk open(Syscalls calls) throws IOException {
    return Ropewalk.builder()
        .syscalls(calls)
        .engine(Engine.Choice.EPOLL)
        .cacheBytes(4 << 20)
        .plan(PoolPlan.of(4 << 20, 12 << 20))
        .open();
  }

  private static void assumeGiving(Ropewalk walk) {
    assumeTrue(walk.pool().mayGive(), "this kernel does not keep given pages");
  }

  private Path source() throws IOException {
    return Files.write(directory.resolve("source"), Pattern.bytes(0, SIZE));
  }

  private static FutureTask<byte[]> reading(Socket peer, int size) {
    FutureTask<byte[]> reader =
        new FutureTask<>(
            () -> {
              ByteBuffer all = ByteBuffer.allocate(size);
              try (var channel = peer.channel(new Tally())) {
                while (all.hasRemaining() && channel.read(all) >= 0) {
                  // until all is there
                }
              }
              return all.array();
            });
    Thread.ofVirtual().start(reader);
    return reader;
  }

  @ParameterizedTest
  @CsvSource({
    "vmsplice, 1, EINVAL",
    "vmsplice, 1, EPERM",
    "vmsplice, 2, ENOSYS",
    "splice, 1, EINVAL",
    "splice, 2, EINVAL",
    "splice, 3, EOPNOTSUPP"
  })
  @DisplayName("R-32: pages that are refused are copied, each byte once")
  void whatIsRefusedIsCopied(String call, int nth, String errno) throws Exception {
    AtomicInteger calls = new AtomicInteger(Integer.MIN_VALUE);
    long refusal =
        switch (errno) {
          case "EINVAL" -> -Errno.EINVAL;
          case "EPERM" -> -Errno.EPERM;
          case "ENOSYS" -> -Errno.ENOSYS;
          default -> -Errno.EOPNOTSUPP;
        };
    Syscalls kernel =
        Otherwise.host(
            (name, arguments) ->
                name.equals(call) && calls.incrementAndGet() >= nth ? (Long) refusal : null);
    try (Ropewalk walk = open(kernel);
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        CachedFile file = walk.file(source())) {
      assumeGiving(walk);
      calls.set(0); // the pool has proved itself by now
      FutureTask<byte[]> reader = reading(receiver, SIZE);
      Moved moved = walk.move(file, sender, GIVE);
      assertThat(moved.accepted()).isEqualTo(SIZE);
      assertThat(calls.get()).as("refused").isEqualTo(nth);
      sender.shutdownOutput();
      Pattern.verify(reader.get(), 0);
    }
  }

  @Test
  @DisplayName("R-59: every splice to or from a socket says that it must not wait")
  void noSpliceWaitsInTheKernel() throws Exception {
    List<String> waiting = new CopyOnWriteArrayList<>();
    AtomicInteger calls = new AtomicInteger();
    Syscalls kernel =
        Otherwise.host(
            (name, arguments) -> {
              if (name.equals("splice") || name.equals("vmsplice")) {
                calls.incrementAndGet();
                int flags = (int) arguments[arguments.length - 1];
                if ((flags & Splices.SPLICE_F_NONBLOCK) == 0) {
                  waiting.add(name + " with flags " + flags);
                }
              }
              return null;
            });
    try (Ropewalk walk = open(kernel);
        Listener front = walk.listen("unix:" + directory.resolve("front"));
        Listener back = walk.listen("tcp://127.0.0.1:0");
        CachedFile file = walk.file(source());
        Socket sender = walk.connect(front.address().toString());
        Socket in = front.accept();
        Socket out = walk.connect(back.address().toString());
        Socket receiver = back.accept()) {
      waiting.clear();
      calls.set(0);
      FutureTask<byte[]> reader = reading(receiver, SIZE);
      Thread relay = Thread.ofVirtual().start(() -> relay(walk, in, out));
      assertThat(walk.move(file, sender, GIVE).accepted()).isEqualTo(SIZE);
      sender.shutdownOutput();
      relay.join();
      Pattern.verify(reader.get(), 0);
      assertThat(calls.get()).as("splices").isGreaterThan(10);
      assertThat(waiting).isEmpty();
    }
  }

  private static void relay(Ropewalk walk, Socket in, Socket out) {
    try {
      walk.move(in, out, MoveOptions.DEFAULT.withRoute("splice2"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// On a platform thread, which nothing but the kernel could hold.
  @Test
  @DisplayName("R-59: a full socket that may not block does not block")
  void aFullSocketTimesOutAndSaysWhatItTook() throws Exception {
    try (Ropewalk walk = open(Otherwise.host((name, arguments) -> null));
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        CachedFile file = walk.file(source())) {
      sender.sendTimeout(50_000_000);
      long[] accepted = {0};
      assertThatThrownBy(() -> walk.move(file, sender, GIVE))
          .isInstanceOfSatisfying(
              MoveException.class,
              e -> {
                accepted[0] = e.soFar().accepted();
                assertThat(e).hasCauseInstanceOf(SocketTimeoutException.class);
                assertThat(e.lost()).isZero();
              });
      assertThat(accepted[0]).isPositive().isLessThan(SIZE);
      assertThat(SIZE - file.remaining()).as("the source stands behind it").isEqualTo(accepted[0]);
      sender.sendTimeout(0);
      FutureTask<byte[]> reader = reading(receiver, SIZE);
      assertThat(walk.move(file, sender).accepted()).isEqualTo(SIZE - accepted[0]);
      Pattern.verify(reader.get(), 0);
    }
  }
}
