package ropewalk.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.net.Address;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Pattern;

/// Verdicts between real sockets, on virtual threads: the JDK's channels are the peers.
@Timeout(120)
class VerdictsSocketTest {
  private static final int MESSAGES = 2000;

  @TempDir Path folder;

  static Stream<Arguments> engines() {
    return Stream.of(
        Arguments.of("tcp", Engine.Choice.AUTO),
        Arguments.of("tcp", Engine.Choice.EPOLL),
        Arguments.of("unix", Engine.Choice.AUTO),
        Arguments.of("unix", Engine.Choice.EPOLL));
  }

  /// Messages as they come: two bytes of length, one that says where to.
  private static final Parser LENGTH = front -> front.there() < 2 ? Parser.MORE : front.uint16(0);

  private static Ropewalk walk(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(choice)
        .cacheBytes(0)
        .plan(PoolPlan.of(16 << 20, 1 << 20))
        .open();
  }

  /// One connection: ours, and the JDK's at the other end.
  private record Line(Socket ours, SocketChannel theirs) {
    static Line open(Ropewalk walk, String scheme, Path folder) throws Exception {
      boolean isTcp = scheme.equals("tcp");
      try (Listener listener =
          walk.listen(isTcp ? "tcp://127.0.0.1:0" : "unix:" + folder.resolve("s"))) {
        SocketAddress address =
            listener.address() instanceof Address.Tcp tcp
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.port())
                : UnixDomainSocketAddress.of(folder.resolve("s"));
        SocketChannel theirs = SocketChannel.open(address);
        return new Line(listener.accept(), theirs);
      }
    }

    void close() throws IOException {
      ours.close();
      theirs.close();
    }
  }

  private static <T> FutureTask<T> start(Callable<T> callable) {
    FutureTask<T> task = new FutureTask<>(callable);
    Thread.ofVirtual().start(task);
    return task;
  }

  private static byte[] message(int i) {
    int length = 3 + (i * 37 + i / 7) % (i % 100 == 0 ? 60_000 : 500);
    byte[] bytes = Pattern.bytes(i, length);
    bytes[0] = (byte) (length >> 8);
    bytes[1] = (byte) length;
    bytes[2] = (byte) (i % 4);
    return bytes;
  }

  private static Void send(SocketChannel to, int messages) throws IOException {
    for (int i = 0; i < messages; i++) {
      ByteBuffer bytes = ByteBuffer.wrap(message(i));
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    }
    to.shutdownOutput();
    return null;
  }

  /// Reads the messages of one way and compares them; answers how many bytes there were.
  private static long receive(SocketChannel from, int way) throws IOException {
    ByteBuffer there = ByteBuffer.allocate(1 << 16);
    long bytes = 0;
    for (int i = way; i < MESSAGES; i += 4) {
      byte[] wanted = message(i);
      there.clear().limit(wanted.length);
      while (there.hasRemaining()) {
        if (from.read(there) < 0) {
          throw new IOException("ended before message " + i);
        }
      }
      assertThat(there.flip()).isEqualTo(ByteBuffer.wrap(wanted));
      bytes += wanted.length;
    }
    return bytes;
  }

  /// The near side sends a quarter of its messages to each of two targets, drops a quarter, and the
  /// own reader gets the rest. One target is slow.
  @ParameterizedTest
  @MethodSource("engines")
  void aRouterOfFourWays(String scheme, Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(choice)) {
      Line in = Line.open(walk, scheme, folder);
      Line one = Line.open(walk, scheme, folder);
      Line two = Line.open(walk, scheme, folder);
      List<Action> ways =
          List.of(Action.PASS, Action.DROP, Action.redirect(one.ours), Action.redirect(two.ours));
      Tally tally = new Tally();
      try (Verdicts verdicts =
              Verdicts.of(
                  walk.pool(),
                  in.ours,
                  LENGTH,
                  message -> message.there() < 3 ? Action.cork(3) : ways.get(message.at(2)));
          Pipe pipe = Pipe.open(8)) {
        FutureTask<Void> sending = start(() -> send(in.theirs, MESSAGES));
        FutureTask<Long> first = start(() -> receive(one.theirs, 2));
        FutureTask<Long> second =
            start(
                () -> {
                  Thread.sleep(100); // far longer than its queue lasts
                  return receive(two.theirs, 3);
                });
        List<byte[]> passed = new ArrayList<>();
        FutureTask<Void> reading =
            start(
                () -> {
                  while (verdicts.fill(pipe, Long.MAX_VALUE, tally) != Source.END) {
                    for (PageRef page = pipe.poll(); page != null; page = pipe.poll()) {
                      passed.add(page.bytes().toArray(ValueLayout.JAVA_BYTE));
                      page.close();
                    }
                  }
                  return null;
                });
        reading.get();
        sending.get();
        assertThat(first.get() + second.get()).isEqualTo(verdicts.stats().redirected());
        assertThat(verdicts.stats().messages()).isEqualTo(MESSAGES);
        assertThat(joined(passed)).isEqualTo(joined(messagesOf(0)));
        assertThat(verdicts.stats().dropped()).isEqualTo(joined(messagesOf(1)).length);
        assertThat(tally.copiedUser()).isZero();
      }
      in.close();
      one.close();
      two.close();
    }
  }

  private static List<byte[]> messagesOf(int way) {
    List<byte[]> those = new ArrayList<>();
    for (int i = way; i < MESSAGES; i += 4) {
      those.add(message(i));
    }
    return those;
  }

  private static byte[] joined(List<byte[]> parts) {
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(all::put);
    return all.array();
  }

  /// A target whose peer has gone fails by name; the rest of the stream finds another way, and the
  /// own reader reads on.
  @ParameterizedTest
  @MethodSource("engines")
  void aTargetThatHasGoneIsNamed(String scheme, Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(choice)) {
      Line in = Line.open(walk, scheme, folder);
      Line gone = Line.open(walk, scheme, folder);
      gone.theirs.close();
      FutureTask<Void> sending = start(() -> send(in.theirs, MESSAGES));
      Tally tally = new Tally();
      Collector own = new Collector("own");
      long left = 0;
      try (Verdicts verdicts =
          Verdicts.of(walk.pool(), in.ours, LENGTH, message -> Action.redirect(gone.ours))
              .own(own)) {
        for (boolean isOver = false; !isOver; ) {
          try {
            verdicts.run(tally);
            isOver = true;
          } catch (TargetException e) {
            assertThat(e.target()).isSameAs(gone.ours);
            assertThat(e).hasMessageMatching("(?s).*(EPIPE|ECONNRESET).*");
            left += e.left();
            verdicts.instead(Action.PASS);
          }
        }
        assertThat(verdicts.stats().passed()).isEqualTo(left).isPositive();
        assertThat(own.bytes()).hasSize((int) left);
      }
      sending.get();
      in.close();
      gone.close();
    }
  }

  /// Nobody reads the target: the source's peer is held back, and no byte piles up here.
  @ParameterizedTest
  @MethodSource("engines")
  void aSlowTargetHoldsTheSourceBack(String scheme, Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(choice)) {
      Line in = Line.open(walk, scheme, folder);
      Line slow = Line.open(walk, scheme, folder);
      slow.ours.sendTimeout(200_000_000);
      ByteBuffer flood = ByteBuffer.allocateDirect(1 << 20);
      FutureTask<Long> writing =
          start(
              () -> {
                long written = 0;
                try {
                  while (true) {
                    written += in.theirs.write(flood.clear());
                  }
                } catch (IOException e) {
                  return written;
                }
              });
      try (Verdicts verdicts =
          Verdicts.of(
              walk.pool(), in.ours, message -> Action.redirect(slow.ours).apply(message.there()))) {
        var failure = catchThrowableOfType(TargetException.class, () -> verdicts.run(new Tally()));
        assertThat(failure).hasCauseInstanceOf(SocketTimeoutException.class);
        assertThat(failure.target()).isSameAs(slow.ours);
      }
      in.close();
      long written = writing.get();
      assertThat(written).isLessThan(64L << 20);
      slow.close();
    }
  }
}
