package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.PoolPlan;
import ropewalk.splice.Moved;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// Descriptors between processes: sealed memory and whole pipes, to and from a C program and to and
/// from another process of ours, over each AF_UNIX family. Both ends check every byte; the audit
/// after each test counts descriptors, so one that came and was not closed fails it.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DescriptorsTest {
  private static final int BYTES = 300_001;
  private static final int IN_PIPE = 200_000;

  @TempDir static Path shared;
  @TempDir Path folder;

  /// The families that carry descriptors.
  enum Carrier {
    UNIX("unix"),
    UNIX_DATAGRAM("unixgram"),
    SEQPACKET("seqpacket");

    private final String word;

    Carrier(String word) {
      this.word = word;
    }
  }

  static Stream<Arguments> carriers() {
    return Stream.of(Carrier.values())
        .flatMap(
            carrier ->
                Stream.of(Engine.Choice.EPOLL, Engine.Choice.IO_URING)
                    .map(choice -> Arguments.of(carrier, choice)));
  }

  private static synchronized Path program() throws Exception {
    Path program = shared.resolve("peer");
    return program.toFile().exists() ? program : Peer.compiled(shared);
  }

  private static Ropewalk open(Engine.Choice choice) throws Exception {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(1 << 20)
        .plan(PoolPlan.of(4 << 20, 4 << 20))
        .open();
  }

  // ---- the three families alike

  private static long send(SocketFrame socket, IovIter note, Fd... descriptors) throws IOException {
    return switch (socket) {
      case Unix unix -> unix.sendDescriptors(note, descriptors);
      case UnixDatagram datagram -> datagram.sendDescriptors(note, descriptors);
      case SeqPacket packets -> packets.sendDescriptors(note, descriptors);
      default -> throw new AssertionError(socket);
    };
  }

  private static Received receive(SocketFrame socket, int max) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(64);
      return switch (socket) {
        case Unix unix -> unix.receiveDescriptors(target, max);
        case UnixDatagram datagram -> datagram.receiveDescriptors(target, max);
        case SeqPacket packets -> packets.receiveDescriptors(target, max);
        default -> throw new AssertionError(socket);
      };
    }
  }

  private static IovIter note(Arena arena) {
    return IovIter.source(arena.allocate(5).fill((byte) 'n'));
  }

  private static SocketFrame connect(Ropewalk walk, Carrier carrier, String path)
      throws IOException {
    return switch (carrier) {
      case UNIX -> (Unix) walk.connect("unix:" + path);
      case UNIX_DATAGRAM -> UnixDatagram.connect(walk.engine(), walk.pool(), path);
      case SEQPACKET ->
          SeqPacket.connect(walk.engine(), walk.pool(), path, Engine.in(20_000_000_000L));
    };
  }

  /// A parcel of ours, of each kind.
  private static Parcel packed(Ropewalk walk, boolean isPipe, Tally tally) throws IOException {
    return isPipe ? OwnPeer.pipe(walk, IN_PIPE, tally) : OwnPeer.memory(walk, BYTES, tally);
  }

  // ---- with a C program

  @ParameterizedTest
  @MethodSource("carriers")
  void programInCTakesBoth(Carrier carrier, Engine.Choice choice) throws Exception {
    String path = folder.resolve("c").toString();
    try (Ropewalk walk = open(choice);
        Peer peer = Peer.c(program(), carrier.word, "take", path);
        Arena arena = Arena.ofConfined()) {
      peer.ready();
      Tally tally = new Tally();
      SocketFrame socket = connect(walk, carrier, path);
      try (Parcel memory = packed(walk, false, new Tally());
          Parcel pipe = packed(walk, true, tally)) {
        IovIter first = note(arena);
        assertThat(send(socket, first, memory.fd())).isEqualTo(5);
        assertThat(first.count()).isZero();
        send(socket, note(arena), pipe.fd());
        for (String kind : List.of("file", "pipe")) {
          if (carrier != Carrier.UNIX_DATAGRAM) {
            peer.expect("data 5");
          }
          int size = kind.equals("file") ? BYTES : IN_PIPE;
          String sum = Long.toHexString(PeerWords.sum(Pattern.bytes(0, size)));
          int seals = kind.equals("file") ? MemoryParcel.SEALS : -1;
          peer.expect("fd %s %d %s %d".formatted(kind, size, sum, seals));
        }
        if (walk.pool().mayGive()) {
          assertThat(tally.given()).as("given, not copied").isEqualTo(IN_PIPE);
          assertThat(tally.copiedKernel() + tally.copiedUser()).isZero();
        }
      } finally {
        socket.close();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("carriers")
  void programInCGivesBoth(Carrier carrier, Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice)) {
      for (boolean isPipe : new boolean[] {false, true}) {
        int size = isPipe ? IN_PIPE : BYTES;
        String[] words =
            isPipe
                ? new String[] {carrier.word, "give-pipe", "", "" + size}
                : new String[] {
                  carrier.word, "give-memory", "", "" + size, "" + MemoryParcel.SEALS
                };
        try (Guests guests = new Guests(walk, carrier.word, folder.resolve("g"))) {
          words[2] = guests.path;
          try (Peer peer = Peer.c(program(), words)) {
            Received received = receive(guests.accept(), 1);
            peer.expect("sent");
            assertThat(received.length()).isEqualTo(1);
            assertThat(received.descriptors()).hasSize(1);
            expect(
                walk, Parcel.of(walk.engine(), walk.pool(), received.descriptors().get(0)), size);
          }
        }
      }
    }
  }

  /// Reads a parcel through its pages and, over a socket pair of AF_UNIX, by the kernel alone.
  private void expect(Ropewalk walk, Parcel parcel, int size) throws Exception {
    try (parcel;
        Listener listener = walk.listen("unix:" + folder.resolve("onward"));
        Socket near = walk.connect(listener.address().toString());
        Socket far = listener.accept()) {
      if (parcel instanceof MemoryParcel memory) {
        assertThat(memory.size()).isEqualTo(size);
        Checking checking = new Checking(0);
        walk.move(parcel, checking);
        assertThat(checking.position).isEqualTo(size);
        memory.rewind();
      }
      FutureTask<byte[]> reader = new FutureTask<>(() -> all(far));
      Thread.ofVirtual().start(reader);
      Moved moved = walk.move(parcel, near);
      near.shutdownOutput();
      assertThat(moved.accepted()).isEqualTo(size);
      assertThat(moved.copiedUser()).isZero();
      assertThat(moved.copiedKernel()).as("%s", moved).isZero();
      assertThat(moved.route()).isIn("splice", "sendfile");
      Pattern.verify(reader.get(), 0);
      assertThat(reader.get()).hasSize(size);
    }
  }

  private static byte[] all(Socket from) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    try (ByteChannel channel = from.channel(new Tally())) {
      while (channel.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
    }
    return all.toByteArray();
  }

  // ---- trust

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void memoryThatCanStillChangeIsRefused(Carrier carrier) throws Exception {
    int open = Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_FUTURE_WRITE;
    try (Ropewalk walk = open(Engine.Choice.EPOLL);
        Guests guests = new Guests(walk, carrier.word, folder.resolve("u"));
        Peer peer = Peer.c(program(), carrier.word, "give-memory", guests.path, "100", "" + open)) {
      Received received = receive(guests.accept(), 4);
      peer.expect("sent");
      Fd fd = received.descriptors().get(0);
      assertThatThrownBy(() -> Parcel.of(walk.engine(), walk.pool(), fd))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("lacks seals");
      assertThat(fd.isOpen()).as("refused is closed").isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void moreThanThereIsRoomForAreAllClosed(Carrier carrier) throws Exception {
    try (Ropewalk walk = open(Engine.Choice.EPOLL);
        Guests guests = new Guests(walk, carrier.word, folder.resolve("m"));
        Peer peer = Peer.c(program(), carrier.word, "give-many", guests.path, "7")) {
      SocketFrame from = guests.accept();
      assertThatThrownBy(() -> receive(from, 3))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("3 of them");
      peer.expect("sent");
    }
  }

  @ParameterizedTest
  @EnumSource(Carrier.class)
  void asManyAsOneMessageCarriesArrive(Carrier carrier) throws Exception {
    try (Ropewalk walk = open(Engine.Choice.EPOLL);
        Guests guests = new Guests(walk, carrier.word, folder.resolve("f"));
        Peer peer = Peer.c(program(), carrier.word, "give-many", guests.path, "253")) {
      Received received = receive(guests.accept(), 253);
      peer.expect("sent");
      assertThat(received.descriptors()).hasSize(253);
      int number = received.descriptors().get(0).number();
      assertThat(HostSyscalls.host().fcntl(number, Fcntl.F_GETFD, 0))
          .as("not inherited")
          .isEqualTo(Fcntl.FD_CLOEXEC);
      received.descriptors().forEach(Fd::close);
    }
  }

  /// Who does not ask for descriptors gets none, and the kernel closes them.
  @ParameterizedTest
  @EnumSource(Carrier.class)
  void plainReceivesTakeNone(Carrier carrier) throws Exception {
    try (Ropewalk walk = open(Engine.Choice.EPOLL);
        Arena arena = Arena.ofConfined();
        Guests guests = new Guests(walk, carrier.word, folder.resolve("n"));
        Peer peer = Peer.c(program(), carrier.word, "give-many", guests.path, "7")) {
      MemorySegment target = arena.allocate(16);
      switch (guests.accept()) {
        case Unix unix -> assertThat(unix.receive(target)).isEqualTo(1);
        case MessageSocket socket -> assertThat(socket.receive(target).length()).isEqualTo(1);
        default -> throw new AssertionError();
      }
      peer.expect("sent");
    }
  }

  // ---- with another process of ours

  @ParameterizedTest
  @MethodSource("carriers")
  void twoProcessesOfOursPassBoth(Carrier carrier, Engine.Choice choice) throws Exception {
    List<Class<?>> alike = List.of(Ropewalk.class, HostSyscalls.class, Pattern.class);
    try (Ropewalk walk = open(choice)) {
      for (boolean isPipe : new boolean[] {false, true}) {
        try (Guests guests = new Guests(walk, carrier.word, folder.resolve("o"));
            Peer peer =
                Peer.own(
                    folder,
                    OwnPeer.class,
                    alike,
                    carrier.word,
                    guests.path,
                    "" + (isPipe ? IN_PIPE : BYTES),
                    isPipe ? "pipe" : "memory")) {
          Received received = receive(guests.accept(), 1);
          // It has written over its memory and is gone before anything is read here.
          assertThat(peer.line()).isIn("sent given", "sent copied");
          peer.expectLast();
          Parcel parcel = Parcel.of(walk.engine(), walk.pool(), received.descriptors().get(0));
          expect(walk, parcel, isPipe ? IN_PIPE : BYTES);
        }
      }
    }
  }

  // ---- failures

  @ParameterizedTest
  @EnumSource(names = {"EINTR", "EAGAIN", "EMFILE", "SHORT"})
  void faultAtEveryCall(Fault fault) throws Exception {
    for (Carrier carrier : Carrier.values()) {
      boolean isEpoll = (carrier.word.length() + fault.name().length()) % 2 == 0;
      Engine.Choice choice = isEpoll ? Engine.Choice.EPOLL : Engine.Choice.IO_URING;
      int runs =
          FaultySyscalls.sweep(
              HostSyscalls.host(),
              fault,
              faulty -> {
                try {
                  passOnce(faulty, carrier, choice);
                } catch (IOException e) {
                  // An empty pipe that is full, too many descriptors: said, and nothing is left.
                  assertThat(fault).as("harmless: " + e).isIn(Fault.EMFILE, Fault.EAGAIN);
                }
              });
      assertThat(runs).as("runs with a fault in them").isPositive();
    }
  }

  private void passOnce(FaultySyscalls faulty, Carrier carrier, Engine.Choice choice)
      throws Exception {
    try (Ropewalk walk =
            Ropewalk.builder()
                .syscalls(faulty.calls())
                .engine(Denied.granted(choice))
                .cacheBytes(0)
                .plan(PoolPlan.of(2 << 20, 2 << 20))
                .open();
        Guests guests = new Guests(walk, carrier.word, folder.resolve("s"));
        Arena arena = Arena.ofConfined()) {
      SocketFrame sender = connect(walk, carrier, guests.path);
      try (Parcel memory = packed(walk, false, new Tally());
          Parcel pipe = packed(walk, true, new Tally())) {
        IovIter note = note(arena);
        long sent = send(sender, note, memory.fd(), pipe.fd());
        assertThat(note.count()).as("the iterator tells").isEqualTo(5 - sent);
        Received received = receive(guests.accept(), 2);
        assertThat(received.descriptors()).hasSize(2);
        try (Parcel first = Parcel.of(walk.engine(), walk.pool(), received.descriptors().get(0))) {
          Checking checking = new Checking(0);
          walk.move(first, checking);
          assertThat(checking.position).isEqualTo(BYTES);
        } finally {
          received.descriptors().forEach(Fd::close);
        }
      } finally {
        sender.close();
      }
    }
  }
}
