package ropewalk.net;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.PipeSource;
import ropewalk.testkit.Pattern;

/// Pings the loopback device by a ping socket, in a process of its own: the kernel answers. Says
/// how many questions were answered with their own bytes, and how many bytes were moved there as
/// pages.
final class PingMain {
  private static final int HEADER = 8;

  private PingMain() {}

  /// Asks, checks, tells.
  public static void main(String[] arguments) throws IOException {
    try (Ropewalk walk =
            Ropewalk.builder().cacheBytes(0).plan(PoolPlan.of(1 << 20, 1 << 20)).open();
        Arena arena = Arena.ofConfined();
        OtherSocket ping =
            OtherSocket.open(
                walk.engine(),
                walk.pool(),
                Sockets.AF_INET,
                Sockets.SOCK_DGRAM,
                Sockets.IPPROTO_ICMP)) {
      byte[] one = {127, 0, 0, 1};
      InetSocketAddress here = new InetSocketAddress(InetAddress.getByAddress(one), 0);
      ping.connect(SocketName.of(here), Engine.FOREVER);
      ping.receiveTimeout(10_000_000_000L);
      int answered = 0;
      for (int i = 0; i < 24; i++) {
        int size = i * i * 100; // up to 52,900 bytes
        MemorySegment question = arena.allocate(HEADER + size);
        MemorySegment.copy(
            question(0, i, Pattern.bytes(i, size)),
            0,
            question,
            ValueLayout.JAVA_BYTE,
            0,
            HEADER + size);
        ping.sendMessage(IovIter.source(question), SendFlags.NONE);
        answered += isAnswer(ping, arena, i, size) ? 1 : 0;
      }
      int moved = move(walk, ping, arena);
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.println("answered " + answered + " moved " + moved);
    }
  }

  private static boolean isAnswer(OtherSocket ping, Arena arena, int number, int size)
      throws IOException {
    MemorySegment target = arena.allocate(1 << 16);
    Received received = ping.receive(target);
    Pattern.verify(target.asSlice(HEADER, size), number);
    int sequence = target.get(ValueLayout.JAVA_SHORT.withOrder(java.nio.ByteOrder.BIG_ENDIAN), 6);
    return received.size() == HEADER + size
        && target.get(ValueLayout.JAVA_BYTE, 0) == 0
        && sequence == number;
  }

  /// Moves five questions of 1000 bytes, each in two slots, as a sink takes them.
  private static int move(Ropewalk walk, OtherSocket ping, Arena arena) throws IOException {
    int size = 1000;
    ping.messageBytes(size);
    int accepted = 0;
    for (int i = 0; i < 5; i++) {
      byte[] question = question(0, 100 + i, Pattern.bytes(i, size - HEADER));
      try (Pipe pipe = Pipe.open(4)) {
        for (int at : List.of(0, 300)) {
          int length = at == 0 ? 300 : size - 300;
          PageRef page = walk.pool().take(length, FolioClass.RING);
          MemorySegment.copy(question, at, page.target(), ValueLayout.JAVA_BYTE, 0, length);
          page.publish(length);
          pipe.push(page);
        }
        pipe.closeSource();
        accepted += (int) walk.move(new PipeSource(pipe), ping).accepted();
      }
      MemorySegment target = arena.allocate(2L * size);
      Received received = ping.receive(target);
      if (received.size() != size) {
        throw new IOException("answered " + received);
      }
      Pattern.verify(target.asSlice(HEADER, size - HEADER), i);
    }
    return accepted;
  }

  /// An ICMP echo request (RFC 792).
  static byte[] question(int identifier, int number, byte[] data) {
    ByteBuffer message = ByteBuffer.allocate(HEADER + data.length);
    message.put(0, (byte) 8);
    message.putShort(4, (short) identifier).putShort(6, (short) number);
    message.position(HEADER).put(data);
    long sum = 0;
    for (int i = 0; i < message.capacity(); i += 2) {
      sum += (message.get(i) & 0xffL) << 8;
      sum += i + 1 < message.capacity() ? message.get(i + 1) & 0xff : 0;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return message.putShort(2, (short) ~sum).array();
  }
}
