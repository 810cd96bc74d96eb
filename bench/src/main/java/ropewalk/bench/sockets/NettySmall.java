package ropewalk.bench.sockets;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ropewalk.bench.peer.Heap;

/// Netty: one event loop for all connections, and everything is done on it, so that no message is
/// handed from one thread to another.
final class NettySmall implements Way {
  private final NettyKind kind;
  private final EventLoopGroup loop;

  NettySmall(NettyKind kind) {
    this.kind = kind;
    this.loop = new MultiThreadIoEventLoopGroup(1, kind.handlers());
  }

  @Override
  public Done send(Order order) throws Exception {
    if (!order.isTcp()) {
      throw new IOException("TCP only: " + order);
    }
    List<NettyTalk> talks = new ArrayList<>();
    try {
      for (int i = 0; i < order.connections(); i++) {
        NettyTalk talk = new NettyTalk(order);
        talks.add(talk);
        Channel _ =
            new Bootstrap()
                .group(loop)
                .channel(kind.channels())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(talk)
                .connect(order.socketAddress())
                .sync()
                .channel();
      }
      long heap = Heap.allocated();
      long start = System.nanoTime();
      loop.execute(() -> talks.forEach(NettyTalk::begin));
      for (NettyTalk talk : talks) {
        talk.await();
      }
      long nanos = System.nanoTime() - start;
      heap = Heap.allocated() - heap;
      long bytes = (long) order.count() * order.size();
      return new Done(order.count(), nanos, heap, 0, bytes);
    } finally {
      for (NettyTalk talk : talks) {
        talk.close();
      }
    }
  }

  @Override
  public void close() {
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
