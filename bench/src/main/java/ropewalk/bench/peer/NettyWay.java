package ropewalk.bench.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Netty's epoll transport with `DefaultFileRegion`, its way to sendfile. The next transfer is
/// written by the listener of the last, on the event loop: no hop between threads inside a sample.
final class NettyWay implements Way {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  @Override
  public Sent send(Target target, Path path, long size, int count)
      throws IOException, InterruptedException {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .handler(new Quiet());
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long heap = Heap.allocated();
      long start = System.nanoTime();
      Channel to =
          target.isTcp()
              ? bootstrap
                  .channel(EpollSocketChannel.class)
                  .connect(target.socketAddress())
                  .sync()
                  .channel()
              : bootstrap
                  .channel(EpollDomainSocketChannel.class)
                  .option(ChannelOption.SO_SNDBUF, Target.UNIX_QUEUE_BYTES)
                  .connect(new DomainSocketAddress(target.address()))
                  .sync()
                  .channel();
      to.eventLoop().execute(() -> next(to, file, size, count));
      to.closeFuture().sync();
      Throwable failure = to.attr(Quiet.FAILURE).get();
      if (failure != null) {
        throw new IOException("netty: " + failure, failure);
      }
      return Sent.declared(size * count, start, heap, 0, "DefaultFileRegion");
    }
  }

  private static void next(Channel to, FileChannel file, long size, int left) {
    if (left == 0) {
      var _ = ((DuplexChannel) to).shutdownOutput();
      return;
    }
    to.writeAndFlush(new KeptRegion(file, size))
        .addListener(
            done -> {
              if (done.isSuccess()) {
                next(to, file, size, left - 1);
              } else {
                to.attr(Quiet.FAILURE).set(done.cause());
                var _ = to.close();
              }
            });
  }

  @Override
  public void close() {
    var _ = loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
  }

  /// A region whose release leaves the file open for the next one.
  private static final class KeptRegion extends DefaultFileRegion {
    KeptRegion(FileChannel file, long size) {
      super(file, 0, size);
    }

    @Override
    protected void deallocate() {}
  }

  /// Closes when the receiver has closed.
  private static final class Quiet extends ChannelInboundHandlerAdapter {
    static final io.netty.util.AttributeKey<Throwable> FAILURE =
        io.netty.util.AttributeKey.valueOf("failure");

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
        var _ = context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.channel().attr(FAILURE).set(cause);
      var _ = context.close();
    }
  }
}
