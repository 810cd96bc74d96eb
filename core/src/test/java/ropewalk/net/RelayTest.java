package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ropewalk.net.RelayRoom.read;
import static ropewalk.net.RelayRoom.readAll;
import static ropewalk.net.RelayRoom.readSome;
import static ropewalk.net.RelayRoom.send;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Pattern;

/// Ends, back-pressure, idling and failing of a relay, over both kinds of sockets, on both engines.
/// Invariants 8 and 10.
@Timeout(120)
class RelayTest {
  private static final int SIZE = 3_000_001;

  @TempDir Path folder;

  static Stream<Arguments> ways() {
    return Stream.of("tcp", "unix")
        .flatMap(
            scheme ->
                Stream.of(Engine.Choice.EPOLL, Engine.Choice.IO_URING)
                    .map(choice -> Arguments.of(scheme, choice)));
  }

  private RelayRoom room(String scheme, Engine.Choice choice) throws IOException {
    return room(scheme, choice, 0);
  }

  private RelayRoom room(String scheme, Engine.Choice choice, long idleNanos) throws IOException {
    return new RelayRoom(folder, scheme, choice, HostSyscalls.host(), idleNanos);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void bothWaysAtOnceArriveWhole(String scheme, Engine.Choice choice) throws Exception {
    for (int size : new int[] {0, 1, 4095, 65_536, 65_537, SIZE}) {
      try (RelayRoom room = room(scheme, choice)) {
        FutureTask<Relayed> relayed = room.start();
        long start = Pattern.version(1);
        FutureTask<byte[]> there = RelayRoom.start(() -> readAll(room.other));
        FutureTask<byte[]> here = RelayRoom.start(() -> readAll(room.peer));
        FutureTask<Void> answering =
            RelayRoom.start(
                () -> {
                  send(room.other, start, 2 * size);
                  room.other.shutdownOutput();
                  return null;
                });
        send(room.peer, 0, size);
        room.peer.shutdownOutput();
        answering.get();
        assertThat(there.get()).hasSize(size);
        Pattern.verify(there.get(), 0);
        assertThat(here.get()).hasSize(2 * size);
        Pattern.verify(here.get(), start);
        assertThat(relayed.get())
            .isEqualTo(new Relayed(size, 2L * size, 0, 0, Relayed.Why.ENDED, null));
        assertThat(room.pipes.resting()).as("clean pipes rest").isBetween(1, 2);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void theEndOfOneSideLeavesTheOtherTalking(String scheme, Engine.Choice choice) throws Exception {
    try (RelayRoom room = room(scheme, choice)) {
      FutureTask<Relayed> relayed = room.start();
      send(room.peer, 0, 100);
      room.peer.shutdownOutput();
      assertThat(readAll(room.other)).isEqualTo(Pattern.bytes(0, 100));
      for (int i = 0; i < 3; i++) {
        send(room.other, 7, 1000);
        assertThat(read(room.peer, 1000)).isEqualTo(Pattern.bytes(7, 1000));
      }
      room.other.shutdownOutput();
      assertThat(readAll(room.peer)).isEmpty();
      assertThat(relayed.get()).isEqualTo(new Relayed(100, 3000, 0, 0, Relayed.Why.ENDED, null));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aSlowReaderHoldsTheWriterBack(String scheme, Engine.Choice choice) throws Exception {
    try (RelayRoom room = room(scheme, choice)) {
      room.other.setOption(StandardSocketOptions.SO_RCVBUF, 64 << 10);
      FutureTask<Relayed> relayed = room.start();
      long sent = sendUntilStuck(room.peer);
      long under = sent - room.relay.forth();
      assertThat(under).as("more was sent than the sink took").isPositive();
      assertThat(room.relay.forth()).as("nobody has read").isLessThan(sent);
      room.peer.configureBlocking(true);
      FutureTask<byte[]> reading = RelayRoom.start(() -> readAll(room.other));
      room.peer.shutdownOutput();
      assertThat(reading.get()).hasSize((int) sent);
      Pattern.verify(reading.get(), 0);
      room.other.shutdownOutput();
      assertThat(relayed.get()).isEqualTo(new Relayed(sent, 0, 0, 0, Relayed.Why.ENDED, null));
    }
  }

  /// Sends the pattern until nothing moves any more.
  private static long sendUntilStuck(SocketChannel to) throws Exception {
    to.configureBlocking(false);
    byte[] all = Pattern.bytes(0, 64 << 20);
    int sent = 0;
    long stuckSince = System.nanoTime();
    while (System.nanoTime() - stuckSince < TimeUnit.MILLISECONDS.toNanos(300)) {
      int step = to.write(ByteBuffer.wrap(all, sent, 64 << 10));
      if (step > 0) {
        sent += step;
        stuckSince = System.nanoTime();
      } else {
        Thread.sleep(5);
      }
    }
    return sent;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void idleIsWhenNothingGoesEitherWay(String scheme, Engine.Choice choice) throws Exception {
    // A machine that made us wait for too long between two bytes proves nothing: again, slower.
    long idle = TimeUnit.MILLISECONDS.toNanos(300);
    while (!isCutWhenIdle(scheme, choice, idle)) {
      idle *= 2;
    }
  }

  /// One way talks for longer than the time-out, the other is silent: both stay. Then both are
  /// silent.
  ///
  /// @return false if the talking way was silent for too long, by no fault of the relay
  private boolean isCutWhenIdle(String scheme, Engine.Choice choice, long idle) throws Exception {
    try (RelayRoom room = room(scheme, choice, idle)) {
      FutureTask<Relayed> relayed = room.start();
      long started = System.nanoTime();
      long last = started;
      while (last - started < 2 * idle) {
        send(room.other, 0, 10);
        assertThat(read(room.peer, 10)).isEqualTo(Pattern.bytes(0, 10));
        Thread.sleep(20);
        long now = System.nanoTime();
        if (now - last > idle / 2) {
          return false;
        }
        last = now;
      }
      assertThat(relayed.isDone()).isFalse();
      last = System.nanoTime();
      send(room.other, 0, 10);
      Relayed result = relayed.get();
      assertThat(System.nanoTime() - last).isGreaterThanOrEqualTo(idle);
      assertThat(result.why()).isEqualTo(Relayed.Why.IDLE);
      assertThat(result.lostForth() + result.lostBack()).isZero();
      assertThat(readSome(room.peer)).hasSizeLessThanOrEqualTo(10);
      assertEnded(scheme, room.other);
      return true;
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aSideThatFailsResetsTheOther(String scheme, Engine.Choice choice) throws Exception {
    for (boolean isNear : new boolean[] {true, false}) {
      try (RelayRoom room = room(scheme, choice)) {
        SocketChannel failing = isNear ? room.peer : room.other;
        SocketChannel left = isNear ? room.other : room.peer;
        FutureTask<Relayed> relayed = room.start();
        send(left, 0, 10);
        send(failing, 0, 1000);
        assertThat(read(left, 1000)).isEqualTo(Pattern.bytes(0, 1000));
        // Ten bytes unread: AF_UNIX knows no other reset.
        failing.setOption(StandardSocketOptions.SO_LINGER, 0);
        while ((isNear ? room.relay.back() : room.relay.forth()) < 10) {
          Thread.sleep(1);
        }
        failing.close();
        Relayed result = relayed.get();
        assertThat(result.why()).isEqualTo(isNear ? Relayed.Why.NEAR_BROKE : Relayed.Why.FAR_BROKE);
        assertThat(result.cause()).hasMessageContaining("ECONNRESET");
        assertThat(isNear ? result.forth() : result.back()).isEqualTo(1000);
        assertEnded(scheme, left);
      }
    }
  }

  /// A reset, or over AF_UNIX, which has none for a socket whose bytes were all read, an end.
  private static void assertEnded(String scheme, SocketChannel left) {
    if (scheme.equals("tcp")) {
      assertThatThrownBy(() -> readAll(left)).isInstanceOf(IOException.class);
    } else {
      assertThat(readSome(left)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anEarlyAnswerIsHeardThoughTheQuestionIsRefused(String scheme, Engine.Choice choice)
      throws Exception {
    try (RelayRoom room = room(scheme, choice)) {
      FutureTask<Relayed> relayed = room.start();
      FutureTask<Long> asking = RelayRoom.start(() -> sendAll(room.peer));
      Pattern.verify(read(room.other, 100_000), 0);
      send(room.other, 5, 50_000);
      // The end first, then the refusal to read: what a server does that doesn't want the rest.
      room.other.shutdownOutput();
      assertThat(read(room.peer, 50_000)).isEqualTo(Pattern.bytes(5, 50_000));
      assertThat(room.peer.read(ByteBuffer.allocate(1))).isNegative();
      room.other.close();
      Relayed result = relayed.get();
      assertThat(result.why()).isEqualTo(Relayed.Why.FAR_BROKE);
      assertThat(result.back()).isEqualTo(50_000);
      assertThat(result.forth() + result.lostForth()).isLessThanOrEqualTo(asking.get());
    }
  }

  /// Sends until it is refused.
  private static long sendAll(SocketChannel to) {
    byte[] some = new byte[64 << 10];
    long sent = 0;
    try {
      while (true) {
        Pattern.fill(some, sent);
        sent += to.write(ByteBuffer.wrap(some));
      }
    } catch (IOException e) {
      return sent;
    }
  }

  /// The kernel tells of a reset once. Here the way that writes hears it, while the way that reads
  /// waits for its own sink; what the latter reads then looks like an end and must not become one.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @DisplayName("R-15: a failure that the other way heard first is not taken for an end")
  void aResetThatTheOtherWayHeardIsNoEnd(Engine.Choice choice) throws Exception {
    try (RelayRoom room = room("tcp", choice)) { // AF_UNIX keeps the error for the reader
      FutureTask<Relayed> relayed = room.start();
      long answered = sendUntilStuck(room.other);
      assertThat(answered).isPositive();
      room.other.setOption(StandardSocketOptions.SO_LINGER, 0);
      room.other.close();
      send(room.peer, 0, 10); // finds the reset
      assertThatThrownBy(() -> readAll(room.peer)).isInstanceOf(IOException.class);
      assertThat(relayed.get().why()).isEqualTo(Relayed.Why.FAR_BROKE);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aCutIsHeardByBothSides(String scheme, Engine.Choice choice) throws Exception {
    try (RelayRoom room = room(scheme, choice)) {
      FutureTask<Relayed> relayed = room.start();
      send(room.peer, 0, 10);
      assertThat(read(room.other, 10)).isEqualTo(Pattern.bytes(0, 10));
      room.relay.cut();
      assertThat(relayed.get().why()).isEqualTo(Relayed.Why.CUT);
      assertThat(relayed.get().isWhole()).isFalse();
      assertEnded(scheme, room.peer);
      assertEnded(scheme, room.other);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whoIsInterruptedCuts(String scheme, Engine.Choice choice) throws Exception {
    try (RelayRoom room = room(scheme, choice)) {
      FutureTask<Relayed> relayed = new FutureTask<>(room.relay::run);
      Thread thread = Thread.ofVirtual().start(relayed);
      send(room.peer, 0, 10);
      assertThat(read(room.other, 10)).isEqualTo(Pattern.bytes(0, 10));
      thread.interrupt();
      assertThat(relayed.get().why()).isEqualTo(Relayed.Why.CUT);
    }
  }
}
