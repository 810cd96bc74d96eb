package ropewalk.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.forward.VerdictStats;
import ropewalk.net.Address;
import ropewalk.net.Listener;
import ropewalk.splice.Moved;
import ropewalk.testkit.Pattern;

/// Each example does what its first sentence says.
class ExamplesTest {
  private static final int BYTES = (2 << 20) + 17;

  @TempDir Path folder;

  @Test
  void sendFile() throws Exception {
    Path file = Files.write(folder.resolve("file"), Pattern.bytes(0, BYTES));
    try (ServerSocket listener = listen()) {
      FutureTask<byte[]> arrived = receive(listener);
      Moved moved = SendFile.send(file, address(listener));
      assertThat(moved.accepted()).isEqualTo(BYTES);
      assertThat(moved.copiedUser()).isZero();
      assertThat(arrived.get()).isEqualTo(Pattern.bytes(0, BYTES));
    }
  }

  @Test
  void teeWithDigest() throws Exception {
    byte[] bytes = Pattern.bytes(0, BYTES);
    Path file = Files.write(folder.resolve("file"), bytes);
    try (ServerSocket one = listen();
        ServerSocket other = listen()) {
      FutureTask<byte[]> first = receive(one);
      FutureTask<byte[]> second = receive(other);
      String hash = TeeWithDigest.send(file, address(one), address(other));
      assertThat(first.get()).isEqualTo(bytes);
      assertThat(second.get()).isEqualTo(bytes);
      assertThat(hash)
          .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    }
  }

  @Test
  void overwriteWhileSending() throws Exception {
    byte[] old = Pattern.bytes(0, 200_000);
    Path file = Files.write(folder.resolve("file"), old);
    try (ServerSocket listener = listen()) {
      FutureTask<byte[]> arrived = receive(listener);
      long lent = OverwriteWhileSending.send(file, address(listener), "new ");
      assertThat(lent).isPositive();
      assertThat(arrived.get()).isEqualTo(Pattern.bytes(0, (int) lent));
      assertThat(Files.readString(file, UTF_8)).isEqualTo("new ".repeat(50_000));
    }
  }

  @Test
  void givePages() throws Exception {
    Path file = folder.resolve("file");
    Moved moved = GivePages.write(file, 40);
    assertThat(moved.accepted()).isEqualTo(40L << 16);
    assertThat(moved.copiedUser()).isZero();
    assertThat(moved.copiedKernel()).isZero();
    byte[] all = Files.readAllBytes(file);
    assertThat(all).hasSize(40 << 16);
    for (int i = 0; i < all.length; i += 4) {
      assertThat(all[i]).isEqualTo((byte) (i >> 16));
    }
  }

  @Test
  void messageRouter() throws Exception {
    ByteBuffer sent = ByteBuffer.allocate(300_000);
    ByteBuffer[] wanted = {ByteBuffer.allocate(300_000), ByteBuffer.allocate(300_000)};
    for (int i = 0; i < 100; i++) {
      byte[] body = Pattern.bytes(i, i * 50 % 3000);
      ByteBuffer message = ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body);
      if (body.length > 0) {
        message.put(4, (byte) (i % 3));
      }
      sent.put(message.flip());
      if (body.length > 0 && i % 3 < 2) {
        wanted[i % 3].put(message.rewind());
      }
    }
    try (Ropewalk walk = Ropewalk.open();
        Listener router = walk.listen("tcp://127.0.0.1:0");
        ServerSocket one = listen();
        ServerSocket other = listen()) {
      FutureTask<byte[]> first = receive(one);
      FutureTask<byte[]> second = receive(other);
      int port = ((Address.Tcp) router.address()).port();
      try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port)) {
        visitor.getOutputStream().write(sent.array(), 0, sent.position());
        visitor.shutdownOutput();
        VerdictStats stats =
            MessageRouter.route(walk, router, List.of(address(one), address(other)));
        assertThat(stats.messages()).isEqualTo(100);
        assertThat(stats.redirected()).isEqualTo(wanted[0].position() + wanted[1].position());
        assertThat(stats.dropped()).isEqualTo(sent.position() - stats.redirected());
      }
      assertThat(ByteBuffer.wrap(first.get())).isEqualTo(wanted[0].flip());
      assertThat(ByteBuffer.wrap(second.get())).isEqualTo(wanted[1].flip());
    }
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static String address(ServerSocket listener) {
    return "tcp://127.0.0.1:" + listener.getLocalPort();
  }

  /// Everything the first visitor sends.
  private static FutureTask<byte[]> receive(ServerSocket listener) {
    Callable<byte[]> reading =
        () -> {
          try (Socket socket = listener.accept()) {
            return socket.getInputStream().readAllBytes();
          }
        };
    FutureTask<byte[]> task = new FutureTask<>(reading);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }
}
