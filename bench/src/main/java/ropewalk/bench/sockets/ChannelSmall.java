package ropewalk.bench.sockets;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// The JDK: blocking channels with direct buffers, a thread for each connection. Many at a time are
/// a gathering write.
final class ChannelSmall implements Way {
  private final boolean isVirtual;

  ChannelSmall(boolean isVirtual) {
    this.isVirtual = isVirtual;
  }

  @Override
  public Done send(Order order) throws Exception {
    List<SocketChannel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < order.connections(); i++) {
        channels.add(Channels.connect(order));
      }
      Crowd.Ran ran = Crowd.run(order.connections(), isVirtual, i -> talk(channels.get(i), order));
      long bytes = (long) order.count() * order.size();
      return new Done(order.count(), ran.nanos(), ran.heap(), 0, bytes);
    } finally {
      for (SocketChannel channel : channels) {
        channel.close();
      }
    }
  }

  private static void talk(SocketChannel to, Order order) throws IOException {
    ByteBuffer[] batch = new ByteBuffer[order.mode().batch()];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = ByteBuffer.allocateDirect(order.size());
    }
    ByteBuffer answer = ByteBuffer.allocateDirect(order.size());
    for (int i = 0; i < order.each(); i += batch.length) {
      for (ByteBuffer message : batch) {
        message.clear();
      }
      if (batch.length == 1) {
        Channels.writeAll(to, batch[0]);
      } else {
        Channels.writeAll(to, batch, (long) batch.length * order.size());
      }
      if (order.mode() == Order.Mode.PINGPONG) {
        answer.clear();
        while (answer.hasRemaining()) {
          if (to.read(answer) < 0) {
            throw new EOFException("the receiver left: " + order);
          }
        }
      }
    }
    if (order.mode() != Order.Mode.PINGPONG) {
      Channels.end(to);
    }
  }

  @Override
  public void close() {}
}
