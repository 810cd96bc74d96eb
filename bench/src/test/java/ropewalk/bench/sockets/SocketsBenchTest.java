package ropewalk.bench.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.bench.Child;
import ropewalk.bench.Pin;
import ropewalk.bench.Subjects;

/// What the benches of sockets are built of: each peer's process sends what it was told, and the
/// receiver, a thread on JDK channels here, gets it. Nothing looks at a time.
@Timeout(60)
class SocketsBenchTest {
  private static final int SIZE = 256;
  private static final int COUNT = 128;

  @TempDir Path folder;

  @Test
  void ordersAndAnswersSurviveTheirLine() {
    Order order = new Order(Order.Mode.SIXTEEN, "tcp", "4711", 64, 2, 320);
    assertThat(Order.parse(order.line())).isEqualTo(order);
    assertThat(order.each()).isEqualTo(160);
    Done done = new Done(320, 5, 6, 7, 8);
    assertThat(Done.parse(done.line())).isEqualTo(done);
    assertThatThrownBy(() -> Done.parse("error peer: x")).hasMessageContaining("error peer");
  }

  @Test
  void whatPerfPrintsIsRead() throws IOException {
    assertThat(Calls.read("warning, first\n4711,,raw_syscalls:sys_enter,99,100.00,,\n"))
        .isEqualTo(4711);
    assertThatThrownBy(() -> Calls.read("Access denied")).hasMessageContaining("Access denied");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ours-epoll", "ours-epoll-vt", "jdk", "netty-epoll"})
  void eachPeerSendsWhatItWasTold(String subject) throws Exception {
    try (Child peer = peer(subject)) {
      for (Order.Mode mode :
          List.of(Order.Mode.PINGPONG, Order.Mode.EACH, Order.Mode.SIXTEEN, Order.Mode.FREE)) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerSocketChannel door = ServerSocketChannel.open().bind(any)) {
          boolean isEcho = mode == Order.Mode.PINGPONG;
          FutureTask<Long> eaten = start(() -> serve(door, 2, isEcho));
          String port = "" + ((InetSocketAddress) door.getLocalAddress()).getPort();
          Done done = ask(peer, new Order(mode, "tcp", port, SIZE, 2, COUNT));
          assertThat(done.messages()).isEqualTo(COUNT);
          assertThat(done.nanos()).isPositive();
          assertThat(eaten.get(50, TimeUnit.SECONDS)).isEqualTo((long) COUNT * SIZE);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ours-one", "ours-three", "ours-copied", "jdk-gather", "jdk-copied"})
  void aMessageIsHeaderPagesAndTrailerWhicheverWay(String subject) throws Exception {
    Path path = folder.resolve("door.sock");
    try (Child peer = peer(subject);
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      door.bind(UnixDomainSocketAddress.of(path));
      // Ours sends some more over a second connection, which counts what goes by reference.
      boolean isOurs = subject.startsWith("ours-");
      FutureTask<Long> eaten = start(() -> serve(door, isOurs ? 2 : 1, false));
      String at = path.toString();
      Done done = ask(peer, new Order(Order.Mode.MESSAGE, "unix", at, Message.BYTES, 1, 3));
      long messages = isOurs ? 3 + OursMessages.COUNTED : 3;
      assertThat(eaten.get(50, TimeUnit.SECONDS)).isEqualTo(messages * Message.BYTES);
      assertThat(done.user()).isEqualTo(subject.endsWith("copied") ? 3L * Message.BYTES : 0);
    }
  }

  /// Over loopback the kernel always copies, and its completions say so.
  @ParameterizedTest
  @ValueSource(strings = {"cross-copy", "cross-zerocopy"})
  void whatTheKernelCopiedIsCounted(String subject) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Child peer = peer(subject);
        DatagramChannel receiver = DatagramChannel.open().bind(any)) {
      String at = "127.0.0.1:" + ((InetSocketAddress) receiver.getLocalAddress()).getPort();
      assertThat(peer.ask("open udp " + at)).startsWith("open ");
      Done done = ask(peer, new Order(Order.Mode.COLD, "udp", at, 5000, 1, 20));
      assertThat(done.kernel()).isEqualTo(20 * 5000);
      ByteBuffer datagram = ByteBuffer.allocate(6000);
      assertThat(receiver.receive(datagram)).isNotNull();
      assertThat(datagram.position()).isEqualTo(5000);
    }
  }

  @Test
  void theCrossoverIsWhereNothingLargerIsDearer() {
    int[] sizes = {600, 1400, 2048, 4096, 8192};
    assertThat(CrossoverPage.from(sizes, new double[] {2, 0.9, 1.1, 0.9, 0.5})).isEqualTo("4096");
    assertThat(CrossoverPage.from(sizes, new double[] {0.9, 0.9, 0.9, 0.9, 0.5})).isEqualTo("600");
    assertThat(CrossoverPage.from(sizes, new double[] {0.9, 0.9, 0.9, 0.9, 1})).isEqualTo("never");
  }

  private static Child peer(String subject) throws IOException {
    List<String> command =
        new ArrayList<>(Subjects.java(!subject.startsWith("jdk") && !subject.startsWith("netty")));
    command.addAll(List.of(Peer.class.getName(), subject));
    Child peer = Child.start(subject, Pin.NOWHERE, command);
    assertThat(peer.answer("start")).isEqualTo("ready");
    return peer;
  }

  private static Done ask(Child peer, Order order) throws IOException {
    return Done.parse(peer.ask(order.line()));
  }

  private static FutureTask<Long> start(Callable<Long> work) {
    FutureTask<Long> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  /// Eats, or sends back, what comes over so many connections; answers how much.
  private static long serve(ServerSocketChannel door, int connections, boolean isEcho)
      throws Exception {
    List<FutureTask<Long>> guests = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      SocketChannel guest = door.accept();
      guests.add(start(() -> serve(guest, isEcho)));
    }
    long bytes = 0;
    for (FutureTask<Long> guest : guests) {
      bytes += guest.get();
    }
    return bytes;
  }

  private static long serve(SocketChannel guest, boolean isEcho) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    long bytes = 0;
    try (guest) {
      for (int n; (n = guest.read(buffer.clear())) >= 0; bytes += n) {
        buffer.flip();
        while (isEcho && buffer.hasRemaining()) {
          int _ = guest.write(buffer);
        }
      }
    }
    return bytes;
  }
}
