package ropewalk.bench.sockets;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// What peers on JDK channels have in common. Channels are blocking.
final class Channels {
  private Channels() {}

  static SocketChannel connect(Order order) throws IOException {
    SocketChannel to =
        SocketChannel.open(
            order.isTcp() ? StandardProtocolFamily.INET : StandardProtocolFamily.UNIX);
    try {
      if (order.isTcp()) {
        to.setOption(StandardSocketOptions.TCP_NODELAY, true);
      } else {
        to.setOption(StandardSocketOptions.SO_SNDBUF, Order.UNIX_QUEUE_BYTES);
      }
      boolean _ = to.connect(order.socketAddress());
      return to;
    } catch (IOException e) {
      to.close();
      throw e;
    }
  }

  static void writeAll(SocketChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ = to.write(bytes);
    }
  }

  /// @param count bytes that remain in all of them
  static void writeAll(SocketChannel to, ByteBuffer[] pieces, long count) throws IOException {
    for (long left = count; left > 0; ) {
      left -= to.write(pieces);
    }
  }

  /// Says that no more comes, and waits until the receiver has seen it.
  static void end(SocketChannel to) throws IOException {
    to.shutdownOutput();
    if (to.read(ByteBuffer.allocateDirect(1)) >= 0) {
      throw new IOException("the receiver sent something");
    }
  }
}
