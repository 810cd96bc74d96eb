package ropewalk.net;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import ropewalk.testkit.Pattern;

/// A peer by the JDK's own channels, in a process of its own: an implementation that shares nothing
/// with ours. It takes the words of `peer.c` for the families that the JDK has: `tcp4`, `tcp6`,
/// `unix`, `udp4`, `udp6`, each as `echo [PATH]` or `send ADDRESS SIZE...`.
final class JdkPeer {
  private static final int ROOM = 1 << 20;
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private JdkPeer() {}

  /// Does what `arguments` say, then ends.
  public static void main(String[] arguments) throws IOException {
    String family = arguments[0];
    String name = arguments.length > 2 ? arguments[2] : "0";
    boolean isDatagram = family.startsWith("udp");
    switch (arguments[1]) {
      case "echo" -> {
        if (isDatagram) {
          echoDatagrams(address(family, name));
        } else {
          echoStream(family, address(family, name));
        }
      }
      case "send" -> {
        int[] sizes = Arrays.stream(arguments).skip(3).mapToInt(Integer::parseInt).toArray();
        if (isDatagram) {
          sendDatagrams(address(family, name), sizes);
        } else {
          sendStream(address(family, name), sizes);
        }
      }
      default -> throw new IllegalArgumentException("echo or send, not " + arguments[1]);
    }
  }

  private static SocketAddress address(String family, String name) throws IOException {
    return switch (family) {
      case "unix" -> UnixDomainSocketAddress.of(name);
      case "tcp6", "udp6" -> new InetSocketAddress(loopback6(), Integer.parseInt(name));
      default ->
          new InetSocketAddress(
              InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), Integer.parseInt(name));
    };
  }

  private static InetAddress loopback6() throws IOException {
    byte[] bytes = new byte[16];
    bytes[15] = 1;
    return InetAddress.getByAddress(bytes);
  }

  private static ProtocolFamily inet(SocketAddress address) {
    return address instanceof InetSocketAddress inet
            && inet.getAddress() instanceof java.net.Inet6Address
        ? StandardProtocolFamily.INET6
        : StandardProtocolFamily.INET;
  }

  private static void ready(SocketAddress bound) {
    OUT.println("ready " + (bound instanceof InetSocketAddress inet ? inet.getPort() : 0));
  }

  private static void echoStream(String family, SocketAddress here) throws IOException {
    try (ServerSocketChannel server =
        family.equals("unix")
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open()) {
      server.bind(here);
      ready(server.getLocalAddress());
      try (SocketChannel one = server.accept()) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(ROOM);
        long total = 0;
        long sum = PeerWords.sum(new byte[0]);
        while (one.read(buffer.clear()) >= 0) {
          buffer.flip();
          total += buffer.remaining();
          for (int i = 0; i < buffer.limit(); i++) {
            sum = (sum ^ (buffer.get(i) & 0xff)) * PeerWords.SUM_FACTOR;
          }
          while (buffer.hasRemaining()) {
            one.write(buffer);
          }
        }
        one.shutdownOutput();
        OUT.println("got " + total + " " + Long.toHexString(sum));
        OUT.println("end");
      }
    }
  }

  private static void echoDatagrams(SocketAddress here) throws IOException {
    try (DatagramChannel channel = DatagramChannel.open(inet(here))) {
      channel.bind(here);
      ready(channel.getLocalAddress());
      ByteBuffer buffer = ByteBuffer.allocateDirect(ROOM);
      while (true) {
        SocketAddress from = channel.receive(buffer.clear());
        buffer.flip();
        byte[] message = new byte[buffer.remaining()];
        buffer.get(0, message);
        OUT.println(PeerWords.got(message));
        channel.send(buffer, from);
        if (message.length == 0) {
          break;
        }
      }
      OUT.println("end");
    }
  }

  private static void sendStream(SocketAddress there, int[] sizes) throws IOException {
    try (SocketChannel channel = SocketChannel.open(there)) {
      long at = 0;
      for (int size : sizes) {
        ByteBuffer message = ByteBuffer.wrap(Pattern.bytes(at, size));
        while (message.hasRemaining()) {
          channel.write(message);
        }
        at += size;
      }
      channel.shutdownOutput();
      OUT.println("sent");
      channel.read(ByteBuffer.allocate(1));
    }
  }

  private static void sendDatagrams(SocketAddress there, int[] sizes) throws IOException {
    try (DatagramChannel channel = DatagramChannel.open(inet(there))) {
      channel.connect(there);
      long at = 0;
      for (int size : sizes) {
        channel.write(ByteBuffer.wrap(Pattern.bytes(at, size)));
        channel.read(ByteBuffer.allocate(ROOM)); // answered, so that none is dropped
        at += size;
      }
      channel.disconnect(); // a connected channel sends no message of no bytes
      channel.send(ByteBuffer.allocate(0), there);
      OUT.println("sent");
    }
  }
}
