package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// Messages of AF_UNIX, datagrams and packets in sequence: limits, ends, names, waiting, and a
/// fault at every call. With real peers they are in [PeersTest].
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocalMessagesTest {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  @TempDir Path folder;

  private static Ropewalk open(Syscalls syscalls, Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .syscalls(syscalls)
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(4 << 20, 1 << 20))
        .open();
  }

  private static Ropewalk open() throws IOException {
    return open(HostSyscalls.host(), Engine.Choice.AUTO);
  }

  private static IovIter own(Arena arena, long from, int length) {
    MemorySegment memory = arena.allocate(Math.max(1, length)).asSlice(0, length);
    Pattern.fill(memory, from);
    return IovIter.source(memory);
  }

  /// Both ends of a connection of packets.
  private record Ends(SeqPacket near, SeqPacket far) implements AutoCloseable {
    static Ends open(Ropewalk walk, Path path) throws IOException {
      try (SeqPacketListener listener =
          SeqPacketListener.open(walk.engine(), walk.pool(), path.toString())) {
        long deadline = Engine.in(PATIENCE_NANOS);
        SeqPacket near = SeqPacket.connect(walk.engine(), walk.pool(), listener.path(), deadline);
        boolean isOpen = false;
        try {
          SeqPacket far = listener.accept();
          isOpen = true;
          near.receiveTimeout(PATIENCE_NANOS);
          far.receiveTimeout(PATIENCE_NANOS);
          return new Ends(near, far);
        } finally {
          if (!isOpen) {
            near.close();
          }
        }
      }
    }

    @Override
    public void close() {
      near.close();
      far.close();
    }
  }

  @Test
  void theLongestGoesAndOneMoreIsRefused() throws Exception {
    try (Ropewalk walk = open();
        Arena arena = Arena.ofShared();
        Ends ends = Ends.open(walk, folder.resolve("q"));
        UnixDatagram bound =
            UnixDatagram.bind(walk.engine(), walk.pool(), folder.resolve("d").toString());
        UnixDatagram sender =
            UnixDatagram.connect(walk.engine(), walk.pool(), folder.resolve("d").toString())) {
      for (MessageSocket from : List.of(ends.near, sender)) {
        MessageSocket to = from == sender ? bound : ends.far;
        int max = from.messageMax();
        MemorySegment target = arena.allocate(1 << 20);
        from.sendMessage(own(arena, 0, max), SendFlags.NONE);
        Received received = to.receive(target);
        assertThat(received.size()).isEqualTo(max);
        Pattern.verify(target.asSlice(0, max), 0);
        IovIter tooLong = own(arena, 0, max + 1);
        assertThatThrownBy(() -> from.sendMessage(tooLong, SendFlags.NONE))
            .isInstanceOfSatisfying(
                MessageTooLongException.class,
                e -> {
                  assertThat(e.size()).isEqualTo(max + 1);
                  assertThat(e.limit()).isEqualTo(max);
                });
        assertThat(tooLong.count()).isEqualTo(max + 1);
        // And what we say is the limit is the kernel's.
        try (OtherSocket blunt =
            OtherSocket.open(walk.engine(), walk.pool(), Sockets.AF_UNIX, Sockets.SOCK_DGRAM, 0)) {
          SocketName there = SocketName.ofPath(folder.resolve("d").toString());
          assertThatThrownBy(() -> blunt.sendMessage(tooLong, SendFlags.NONE, there))
              .isInstanceOf(MessageTooLongException.class);
        }
      }
    }
  }

  @Test
  void borderOfMessagesIsKeptAndShortRoomTells() throws Exception {
    try (Ropewalk walk = open();
        Arena arena = Arena.ofShared();
        Ends ends = Ends.open(walk, folder.resolve("q"));
        Pipe pipe = Pipe.open(4)) {
      MemorySegment target = arena.allocate(1 << 17);
      for (int size : List.of(1, 2, 4096, 70_000)) {
        ends.near.sendMessage(own(arena, size, size), SendFlags.NONE);
      }
      for (int size : List.of(1, 2, 4096, 70_000)) {
        assertThat(ends.far.receive(target)).isEqualTo(new Received(size, size));
        Pattern.verify(target.asSlice(0, size), size);
      }
      ends.near.sendMessage(own(arena, 0, 100), SendFlags.NONE);
      assertThat(ends.far.receive(target.asSlice(0, 30))).isEqualTo(new Received(30, 100));
      // A fill loses nothing: the rest comes with the next.
      ends.near.sendMessage(own(arena, 0, 100_000), SendFlags.NONE);
      Tally tally = new Tally();
      assertThat(ends.far.fill(pipe, 60_000, tally)).isEqualTo(60_000);
      assertThat(ends.far.fill(pipe, 60_000, tally)).isEqualTo(40_000);
      assertThat(tally.copiedKernel()).isEqualTo(100_000);
    }
  }

  @Test
  void emptyMessageIsNotTheEnd() throws Exception {
    try (Ropewalk walk = open();
        Arena arena = Arena.ofShared();
        SeqPacketListener listener =
            SeqPacketListener.open(walk.engine(), walk.pool(), folder.resolve("e").toString());
        OtherSocket stranger =
            OtherSocket.open(
                walk.engine(), walk.pool(), Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET, 0)) {
      stranger.connect(SocketName.ofPath(listener.path()), Engine.FOREVER);
      MemorySegment target = arena.allocate(16);
      try (SeqPacket far = listener.accept();
          Pipe pipe = Pipe.open(4)) {
        far.receiveTimeout(PATIENCE_NANOS);
        stranger.sendEmpty();
        assertThat(far.receive(target)).isEqualTo(new Received(0, 0));
        stranger.sendEmpty();
        stranger.sendMessage(own(arena, 3, 5), SendFlags.NONE);
        assertThat(far.fill(pipe, 100, new Tally())).as("empty ones are passed over").isEqualTo(5);
        assertThatThrownBy(far::sendEmpty).isInstanceOf(IllegalStateException.class);
        stranger.shutdownOutput();
        assertThat(far.receive(target).isEnd()).isTrue();
        assertThat(far.fill(pipe, 100, new Tally())).isEqualTo(Source.END);
      }
    }
  }

  @Test
  void peerThatIsGoneIsSaid() throws Exception {
    try (Ropewalk walk = open();
        Arena arena = Arena.ofShared();
        Ends ends = Ends.open(walk, folder.resolve("q"))) {
      ends.far.close();
      IovIter message = own(arena, 0, 5);
      assertErrno(Errno.EPIPE, () -> ends.near.sendMessage(message, SendFlags.NONE));
      assertThat(message.count()).isEqualTo(5);
      assertThat(ends.near.receive(arena.allocate(4)).isEnd()).isTrue();
      String path = folder.resolve("d").toString();
      UnixDatagram bound = UnixDatagram.bind(walk.engine(), walk.pool(), path);
      try (UnixDatagram sender = UnixDatagram.connect(walk.engine(), walk.pool(), path)) {
        assertThat(Files.exists(Path.of(path))).isTrue();
        bound.close();
        assertThat(Files.exists(Path.of(path))).as("the name goes with it").isFalse();
        assertErrno(Errno.ECONNREFUSED, () -> sender.sendMessage(message, SendFlags.NONE));
      }
      assertErrno(
          Errno.ENOENT, () -> UnixDatagram.connect(walk.engine(), walk.pool(), path).close());
      assertErrno(
          Errno.ENOENT,
          () -> SeqPacket.connect(walk.engine(), walk.pool(), path, Engine.FOREVER).close());
    }
  }

  private interface Asked {
    void run() throws IOException;
  }

  private static void assertErrno(int errno, Asked asked) {
    assertThatThrownBy(asked::run)
        .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void abstractNamesAndAnswers() throws Exception {
    try (Ropewalk walk = open();
        Arena arena = Arena.ofShared()) {
      String name = "\0ropewalk-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
      try (UnixDatagram bound = UnixDatagram.bind(walk.engine(), walk.pool(), name);
          UnixDatagram sender = UnixDatagram.connect(walk.engine(), walk.pool(), name)) {
        assertThat(bound.local().path()).isEqualTo(name);
        sender.sendMessage(own(arena, 1, 20), SendFlags.NONE);
        MemorySegment target = arena.allocate(64);
        Received received = bound.receive(target);
        assertThat(received.from()).isEqualTo(sender.local());
        bound.sendMessage(own(arena, 2, 30), SendFlags.NONE, sender.local());
        assertThat(sender.receive(target)).isEqualTo(new Received(30, 30));
        Pattern.verify(target.asSlice(0, 30), 2);
      }
    }
  }

  /// A full receiver is waited for: a connected sender by an event, one that names it by looking
  /// again now and then, not by spinning.
  @ParameterizedTest
  @EnumSource(
      value = Engine.Choice.class,
      names = {"EPOLL", "IO_URING"})
  void fullReceiverIsWaitedFor(Engine.Choice choice) throws Exception {
    FaultySyscalls counting = FaultySyscalls.over(HostSyscalls.host(), 1);
    String path = folder.resolve("d").toString();
    for (boolean isConnected : new boolean[] {true, false}) {
      try (Ropewalk walk = open(counting.calls(), choice);
          Arena arena = Arena.ofShared();
          UnixDatagram bound = UnixDatagram.bind(walk.engine(), walk.pool(), path);
          UnixDatagram sender =
              isConnected
                  ? UnixDatagram.connect(walk.engine(), walk.pool(), path)
                  : UnixDatagram.bind(walk.engine(), walk.pool(), "")) {
        SocketName to = SocketName.ofPath(path);
        int full = 0;
        while (isConnected
            ? sender.sendMessage(own(arena, full, 1000), SendFlags.DONTWAIT) > 0
            : sender.sendMessage(own(arena, full, 1000), SendFlags.DONTWAIT, to) > 0) {
          full++;
        }
        assertThat(full).isPositive();
        sender.sendTimeout(100_000_000);
        int before = counting.count("sendmsg");
        IovIter late = own(arena, full, 1000);
        assertThatThrownBy(
                () -> {
                  long unused =
                      isConnected
                          ? sender.sendMessage(late, SendFlags.NONE)
                          : sender.sendMessage(late, SendFlags.NONE, to);
                  assertThat(unused).isZero();
                })
            .isInstanceOf(SocketTimeoutException.class);
        assertThat(counting.count("sendmsg") - before).as("it does not spin").isLessThan(40);
        assertThat(late.count()).isEqualTo(1000);
        sender.sendTimeout(PATIENCE_NANOS);
        FutureTask<Long> waiting =
            new FutureTask<>(
                () ->
                    isConnected
                        ? sender.sendMessage(late, SendFlags.NONE)
                        : sender.sendMessage(late, SendFlags.NONE, to));
        Thread.ofVirtual().start(waiting);
        MemorySegment target = arena.allocate(2000);
        for (int i = 0; i <= full; i++) {
          assertThat(bound.receive(target).size()).isEqualTo(1000);
          Pattern.verify(target.asSlice(0, 1000), i);
        }
        assertThat(waiting.get()).isEqualTo(1000);
      }
    }
  }

  /// A close from elsewhere wakes who waits to send to a name.
  @Test
  void closeWakesWhoLooksAgain() throws Exception {
    String path = folder.resolve("d").toString();
    try (Ropewalk walk = open();
        Arena arena = Arena.ofShared();
        UnixDatagram bound = UnixDatagram.bind(walk.engine(), walk.pool(), path)) {
      UnixDatagram sender = UnixDatagram.bind(walk.engine(), walk.pool(), "");
      SocketName to = SocketName.ofPath(path);
      while (sender.sendMessage(own(arena, 0, 1000), SendFlags.DONTWAIT, to) > 0) {
        assertThat(bound.local().path()).isEqualTo(path);
      }
      FutureTask<Long> waiting =
          new FutureTask<>(() -> sender.sendMessage(own(arena, 0, 1000), SendFlags.NONE, to));
      Thread.ofVirtual().start(waiting);
      Thread.sleep(20);
      sender.close();
      assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EINTR", "EAGAIN", "EMFILE"})
  void faultAtEveryCall(Fault fault) throws Exception {
    for (Engine.Choice choice : List.of(Engine.Choice.EPOLL, Engine.Choice.IO_URING)) {
      int runs =
          FaultySyscalls.sweep(
              HostSyscalls.host(),
              fault,
              faulty -> {
                try {
                  sendAndReceive(faulty, choice);
                } catch (IOException e) {
                  assertThat(fault).as("harmless: " + e).isEqualTo(Fault.EMFILE);
                }
              });
      assertThat(runs).isPositive();
    }
  }

  private void sendAndReceive(FaultySyscalls faulty, Engine.Choice choice) throws IOException {
    String path = folder.resolve("f").toString();
    try (Ropewalk walk = open(faulty.calls(), choice);
        Arena arena = Arena.ofShared();
        Pipe pipe = Pipe.open(4);
        Ends ends = Ends.open(walk, folder.resolve("q"));
        UnixDatagram bound = UnixDatagram.bind(walk.engine(), walk.pool(), path);
        UnixDatagram sender = UnixDatagram.connect(walk.engine(), walk.pool(), path)) {
      MemorySegment target = arena.allocate(20_000);
      for (MessageSocket from : List.of(ends.near, sender)) {
        MessageSocket to = from == sender ? bound : ends.far;
        to.receiveTimeout(PATIENCE_NANOS);
        from.sendMessage(own(arena, 0, 10_000), SendFlags.MORE);
        from.sendMessage(own(arena, 10_000, 1), SendFlags.NONE);
        assertThat(to.receive(target).size()).isEqualTo(10_001);
        Pattern.verify(target.asSlice(0, 10_001), 0);
        from.sendMessage(own(arena, 0, 5_000), SendFlags.NONE);
        assertThat(to.fill(pipe, 10_000, new Tally())).isEqualTo(5_000);
        Pattern.verify(Objects.requireNonNull(pipe.peek()).bytes(), 0);
        pipe.consume(5_000);
      }
      ends.near.shutdownOutput();
      assertThat(ends.far.fill(pipe, 100, new Tally())).isEqualTo(Source.END);
    }
  }
}
