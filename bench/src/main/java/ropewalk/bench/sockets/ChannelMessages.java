package ropewalk.bench.sockets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import ropewalk.bench.peer.Heap;

/// The JDK: a gathering write of direct buffers, or all copied into one.
final class ChannelMessages implements Way {
  private final boolean isCopied;
  private final ByteBuffer[] pieces = new ByteBuffer[Message.PAGES + 2];
  private final ByteBuffer whole = ByteBuffer.allocateDirect(Message.BYTES);

  ChannelMessages(boolean isCopied) {
    this.isCopied = isCopied;
    pieces[0] = ByteBuffer.allocateDirect(Message.HEADER);
    for (int i = 0; i < Message.PAGES; i++) {
      pieces[i + 1] = ByteBuffer.allocateDirect(Message.PAGE);
    }
    pieces[Message.PAGES + 1] = ByteBuffer.allocateDirect(Message.TRAILER);
  }

  @Override
  public Done send(Order order) throws IOException {
    try (SocketChannel to = Channels.connect(order)) {
      long heap = Heap.allocated();
      long start = System.nanoTime();
      for (int i = 0; i < order.count(); i++) {
        for (ByteBuffer piece : pieces) {
          piece.clear();
        }
        if (isCopied) {
          whole.clear();
          for (ByteBuffer piece : pieces) {
            whole.put(piece);
          }
          Channels.writeAll(to, whole.flip());
        } else {
          Channels.writeAll(to, pieces, Message.BYTES);
        }
      }
      heap = Heap.allocated() - heap;
      Channels.end(to);
      long bytes = (long) Message.BYTES * order.count();
      long nanos = System.nanoTime() - start;
      return new Done(order.count(), nanos, heap, isCopied ? bytes : 0, bytes);
    }
  }

  @Override
  public void close() {}
}
