package ropewalk.bench.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Netty's two ways to relay, on one event loop: `spliceTo`, and its proxy example, which reads
/// into a buffer and writes that on. Both pass on half-closes, and both hold the writer back: the
/// first by the kernel pipe, the second by reading on only when a write is done.
///
/// `spliceTo` does not see an end while it splices, so it is used as for a protocol with lengths:
/// the first byte of a body is read and written, the rest of it is spliced.
@SuppressWarnings(
    "deprecation") // spliceTo goes with Netty 5, and there is nothing else to compare with
final class NettyRelay {
  /// What Netty's buffers grow to by themselves, from the start.
  private static final int BUFFER_BYTES = 64 << 10;

  /// What is relayed comes in bodies of this size.
  private static final int BODY_BYTES = 1 << 20;

  private final boolean isSpliced;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  NettyRelay(boolean isSpliced) {
    this.isSpliced = isSpliced;
  }

  /// Relays until the process is killed.
  void run(String listen, String target) throws InterruptedException {
    boolean isTcp = listen.startsWith("tcp:");
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop)
            .channel(isTcp ? EpollServerSocketChannel.class : EpollServerDomainSocketChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel near) {
                    join(near, target);
                  }
                });
    if (!isTcp) {
      server.childOption(ChannelOption.SO_SNDBUF, Target.UNIX_QUEUE_BYTES);
    }
    server.bind(address(listen)).sync().channel().closeFuture().sync();
  }

  private void join(Channel near, String target) {
    boolean isTcp = target.startsWith("tcp:");
    Bootstrap bootstrap =
        new Bootstrap()
            .group(near.eventLoop())
            .channel(isTcp ? EpollSocketChannel.class : EpollDomainSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .handler(new ChannelInboundHandlerAdapter());
    if (!isTcp) {
      bootstrap.option(ChannelOption.SO_SNDBUF, Target.UNIX_QUEUE_BYTES);
    }
    bootstrap
        .connect(address(target))
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (!connected.isSuccess()) {
                    connected.cause().printStackTrace();
                    var _ = near.close();
                    return;
                  }
                  Ends ends = new Ends(near, connected.channel());
                  way(near, connected.channel(), ends);
                  way(connected.channel(), near, ends);
                });
  }

  private void way(Channel from, Channel to, Ends ends) {
    Portions portions = new Portions(isSpliced ? 1 : BUFFER_BYTES);
    from.config().setRecvByteBufAllocator(portions);
    from.pipeline().addLast(new Way(to, ends, isSpliced ? portions : null));
    var _ = from.read();
  }

  private static SocketAddress address(String text) {
    if (text.startsWith("unix:")) {
      return new DomainSocketAddress(text.substring("unix:".length()));
    }
    URI uri = URI.create(text);
    return new InetSocketAddress(uri.getHost(), uri.getPort());
  }

  /// How much one read, or one splice, asks for: Netty takes both from the allocator of buffers.
  private static final class Portions extends DefaultMaxMessagesRecvByteBufAllocator {
    private final int readBytes;

    /// What is left to be spliced.
    int spliced;

    Portions(int readBytes) {
      super(1);
      this.readBytes = readBytes;
    }

    @Override
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public int guess() {
          return spliced > 0 ? spliced : readBytes;
        }

        @Override
        public void lastBytesRead(int bytes) {
          super.lastBytesRead(bytes);
          spliced -= Math.clamp(bytes, 0, spliced);
        }
      };
    }
  }

  /// Both channels are closed when both have ended.
  private static final class Ends {
    private final Channel near;
    private final Channel far;
    private int ended;

    Ends(Channel near, Channel far) {
      this.near = near;
      this.far = far;
    }

    void end() {
      if (++ended == 2) {
        var _ = near.close();
        var _ = far.close();
      }
    }
  }

  /// Passes on what comes out of one channel, and its end.
  private static final class Way extends ChannelInboundHandlerAdapter {
    private final Channel to;
    private final Ends ends;
    private final @Nullable Portions portions;
    private boolean isEnded;

    /// @param portions to be told what is to be spliced; null where nothing is
    Way(Channel to, Ends ends, @Nullable Portions portions) {
      this.to = to;
      this.ends = ends;
      this.portions = portions;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.channel().config().setAutoRead(false);
      to.writeAndFlush(message)
          .addListener(
              written -> {
                if (!written.isSuccess()) {
                  var _ = context.close();
                  return;
                }
                if (portions != null) {
                  portions.spliced = BODY_BYTES - 1;
                  var _ =
                      ((AbstractEpollStreamChannel) context.channel())
                          .spliceTo((AbstractEpollStreamChannel) to, BODY_BYTES - 1);
                  // Without it nothing is spliced; it is off again when the next body begins.
                  context.channel().config().setAutoRead(true);
                } else {
                  var _ = context.read();
                }
              });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        end();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      end();
    }

    private void end() {
      if (!isEnded) {
        isEnded = true;
        ((DuplexChannel) to).shutdownOutput().addListener(shut -> ends.end());
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      cause.printStackTrace();
      var _ = context.close();
    }
  }
}
