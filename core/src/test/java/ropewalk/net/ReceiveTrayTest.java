package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Sockets that share a tray of folios: every byte arrives once and in order, and every folio goes
/// back once, however a socket ends.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReceiveTrayTest {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int BUFFERS = 16;
  private static final int BUFFER = 16 << 10;

  private Engine engine;
  private FolioPool pool;
  private ReceiveTray tray;
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    engine = Engine.open(HOST, Engine.Choice.AUTO);
    pool = FolioPool.open(HOST, PoolPlan.of(4 << 20, 2 << 20));
    try {
      tray = ReceiveTray.open(engine, pool, BUFFERS, BUFFER);
    } catch (IOException e) {
      close();
      abort("no multishot receives here: " + e.getMessage());
    }
  }

  @AfterEach
  void close() throws IOException {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
    if (tray != null) {
      tray.close();
      tray.close();
    }
    if (pool != null) {
      assertThat(pool.complaints()).isEmpty();
      pool.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  /// A socket that receives by the tray, and the plain descriptor that it is connected to.
  private record Line(Unix socket, Fd peer) {}

  private Line line() throws IOException {
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
    long pair = LinuxException.check(HOST.socketpair(Sockets.AF_UNIX, type, 0), "socketpair");
    Unix socket = new Unix(engine, pool, new Fd(HOST, Syscalls.first(pair), "socket"), "test");
    Fd peer = new Fd(HOST, Syscalls.second(pair), "peer");
    socket.receiveInto(tray);
    open.add(socket);
    open.add(peer);
    return new Line(socket, peer);
  }

  /// Sends pattern bytes of `[position, position + bytes)`; how many found room.
  private static long send(Fd peer, long position, int bytes) throws IOException {
    try (Scratch scratch = new Scratch(bytes)) {
      Pattern.fill(scratch.segment(), position);
      long sent = HOST.send(peer.number(), scratch.address(), bytes, Sockets.MSG_DONTWAIT);
      return Math.max(sent, 0);
    }
  }

  /// Receives once, checks the bytes and drops them: how many, or -1 at the end.
  private long receive(Unix socket, long position, long limit) throws IOException {
    try (Pipe pipe = Pipe.open(pool, 16)) {
      long got = socket.fill(pipe, limit, new Tally());
      long seen = position;
      while (pipe.bytes() > 0) {
        PageRef ref = Objects.requireNonNull(pipe.peek());
        Pattern.verify(Memory.segment(ref.address(), ref.length()), seen);
        seen += ref.length();
        pipe.consume(ref.length());
      }
      assertThat(seen - position).isEqualTo(Math.max(got, 0));
      return got;
    }
  }

  private static <T> FutureTask<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Thread.ofVirtual().start(future);
    return future;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  @DisplayName("R-55: what arrives is handed on once, and every folio goes back once")
  void everyByteArrivesOnceAndEveryFolioGoesBackOnce(int seed) throws Exception {
    Gen gen = Gen.seeded(seed);
    for (int round = 0; round < 10; round++) {
      int lines = gen.in(1, 4);
      Line[] line = new Line[lines];
      long[] sent = new long[lines];
      long[] got = new long[lines];
      for (int i = 0; i < lines; i++) {
        line[i] = line();
      }
      for (int step = 0; step < 100; step++) {
        int i = gen.in(0, lines - 1);
        if (gen.oneIn(2)) {
          sent[i] += send(line[i].peer, sent[i], gen.pick(1, 100, 4096, 5000, 40_000));
        } else if (sent[i] > got[i]) {
          got[i] += receive(line[i].socket, got[i], gen.pick(1, 99, 4096, 1 << 20));
        }
      }
      for (int i = 0; i < lines; i++) {
        if (gen.oneIn(2)) { // else it is closed with bytes that nobody wants
          line[i].peer.close();
          while (got[i] < sent[i]) {
            got[i] += receive(line[i].socket, got[i], 1 << 20);
          }
          assertThat(receive(line[i].socket, got[i], 1)).isEqualTo(Source.END);
        }
        line[i].socket.close();
        line[i].peer.close();
      }
    }
    close();
    open.clear();
  }

  /// Fills every buffer to its end several times over, and keeps all that came.
  @Test
  @DisplayName("R-55: a folio that was handed on is not filled again")
  void whatWasHandedOnStays() throws Exception {
    Line line = line();
    try (Pipe pipe = Pipe.open(pool, 256)) {
      for (long total = 0; total < 3L * BUFFERS * BUFFER; ) {
        FutureTask<Long> owner = start(() -> line.socket.fill(pipe, BUFFER, new Tally()));
        Thread.sleep(2); // so that it waits, mostly, and the kernel has the receive
        assertThat(send(line.peer, total, BUFFER)).isEqualTo(BUFFER);
        long end = total + BUFFER;
        total += owner.get();
        while (total < end) {
          total += line.socket.fill(pipe, end - total, new Tally());
        }
      }
      for (long seen = 0; pipe.bytes() > 0; ) {
        PageRef ref = Objects.requireNonNull(pipe.peek());
        Pattern.verify(Memory.segment(ref.address(), ref.length()), seen);
        seen += ref.length();
        pipe.consume(ref.length());
      }
    }
  }

  /// The owner waits, so each message comes by the kernel's own receive.
  @Test
  void messagesWakeAnOwnerThatWaits() throws Exception {
    Line line = line();
    FutureTask<Long> owner =
        start(
            () -> {
              long got = 0;
              while (got < 200 * 100) {
                got += receive(line.socket, got, 1 << 20);
              }
              return got;
            });
    for (int i = 0; i < 200; i++) {
      assertThat(send(line.peer, i * 100L, 100)).isEqualTo(100);
      if (i % 10 == 0) {
        Thread.sleep(1);
      }
    }
    assertThat(owner.get()).isEqualTo(200 * 100);
  }

  @Test
  void hundredsThatWaitHoldNoFolioEach() throws Exception {
    long before = tray.held();
    List<FutureTask<Long>> owners = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Line line = line();
      lines.add(line);
      owners.add(start(() -> receive(line.socket, 0, 1 << 20)));
    }
    Thread.sleep(20);
    assertThat(tray.held()).isEqualTo(before);
    for (int i = 0; i < lines.size(); i++) {
      send(lines.get(i).peer, 0, 10);
      assertThat(owners.get(i).get()).isEqualTo(10);
    }
    assertThat(tray.held()).isGreaterThan(before / 2);
  }

  /// It keeps the whole tray, and the others receive plainly.
  @Test
  void anOwnerThatDoesNotLookStarvesNobody() throws Exception {
    Line slow = line();
    slow.socket.receiveTimeout(1_000_000);
    assertThatThrownBy(() -> receive(slow.socket, 0, 1)).isInstanceOf(SocketTimeoutException.class);
    long sent = 0;
    for (int i = 0; i < 1000; i++) {
      sent += send(slow.peer, sent, BUFFER);
    }
    assertThat(sent).isGreaterThan(2L * BUFFERS * BUFFER / 4);
    Line other = line();
    FutureTask<Long> owner = start(() -> receive(other.socket, 0, 1 << 20));
    Thread.sleep(5);
    send(other.peer, 0, 1000);
    assertThat(owner.get()).isEqualTo(1000);
    slow.socket.receiveTimeout(0);
    for (long got = 0; got < sent; ) {
      got += receive(slow.socket, got, 1 << 20);
    }
  }

  /// Carriers end, and what they asked of the kernel ends with them.
  @Test
  void whatAThreadArmedOutlivesIt() throws Exception {
    Line line = line();
    line.socket.receiveTimeout(1_000_000);
    for (int i = 0; i < 20; i++) {
      Thread armer =
          Thread.ofPlatform()
              .start(
                  () ->
                      assertThatThrownBy(() -> receive(line.socket, 0, 1))
                          .isInstanceOf(SocketTimeoutException.class));
      armer.join();
      Thread.sleep(2);
      line.socket.receiveTimeout(0);
      int position = 100 * i;
      FutureTask<Long> owner = start(() -> receive(line.socket, position, 1 << 20));
      send(line.peer, position, 100);
      assertThat(owner.get()).isEqualTo(100);
      line.socket.receiveTimeout(1_000_000);
    }
  }

  @Test
  void aWaitEndsAsAllWaitsDo() throws Exception {
    Line closed = line();
    FutureTask<Long> owner = start(() -> receive(closed.socket, 0, 1));
    Thread.sleep(5);
    closed.socket.close();
    assertThatThrownBy(owner::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ClosedChannelException.class);
    assertThat(HOST.send(closed.peer.number(), 0, 0, Sockets.MSG_NOSIGNAL))
        .as("the peer sees it at once")
        .isNegative();

    Line interrupted = line();
    FutureTask<Long> task = new FutureTask<>(() -> receive(interrupted.socket, 0, 1));
    Thread thread = Thread.ofVirtual().start(task);
    Thread.sleep(5);
    thread.interrupt();
    assertThatThrownBy(task::get).hasCauseInstanceOf(ClosedByInterruptException.class);
    assertThat(interrupted.socket.fd().isOpen()).isFalse();
  }

  @Test
  void anEngineThatClosesEndsAllReceives() throws Exception {
    Line waiting = line();
    Line armed = line();
    armed.socket.receiveTimeout(1);
    assertThatThrownBy(() -> receive(armed.socket, 0, 1))
        .isInstanceOf(SocketTimeoutException.class);
    send(armed.peer, 0, 100);
    FutureTask<Long> owner = start(() -> receive(waiting.socket, 0, 1));
    Thread.sleep(5);
    engine.close();
    assertThatThrownBy(owner::get).hasCauseInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aTrayIsTheOnlyWay() throws Exception {
    Line line = line();
    assertThat(line.socket.sourceEnd()).as("no route of the kernel's").isNull();
    try (Scratch scratch = new Scratch(10)) {
      assertThatThrownBy(() -> line.socket.receive(scratch.segment()))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> line.socket.receiveInto(tray))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void epollHasNone() throws Exception {
    try (Engine epoll = Engine.open(HOST, Engine.Choice.EPOLL)) {
      assertThatThrownBy(() -> ReceiveTray.open(epoll, pool, BUFFERS, BUFFER))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("epoll");
    }
  }
}
