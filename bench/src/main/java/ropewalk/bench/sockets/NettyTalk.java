package ropewalk.bench.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One of Netty's connections. All but [#await] and [#close] runs on the event loop.
final class NettyTalk extends ChannelInboundHandlerAdapter {
  private static final long PATIENCE_SECONDS = 50;

  private final Order order;
  private final ByteBuf payload;
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();
  private volatile @Nullable Channel to;
  private int left;
  private int seen;

  NettyTalk(Order order) {
    this.order = order;
    this.left = order.each();
    this.payload =
        PooledByteBufAllocator.DEFAULT.directBuffer(order.size()).writeZero(order.size());
  }

  /// Sends the first, or all.
  void begin() {
    switch (order.mode()) {
      case PINGPONG -> ping();
      case EACH, SIXTEEN -> batches();
      case FREE -> freely();
      default -> over.completeExceptionally(new IOException("not small: " + order));
    }
  }

  private Channel channel() {
    return java.util.Objects.requireNonNull(to);
  }

  private void ping() {
    left--;
    var _ = channel().writeAndFlush(payload.retainedDuplicate(), channel().voidPromise());
  }

  /// The next batch when the kernel has accepted the last: at once, or by the listener.
  private void batches() {
    int batch = order.mode().batch();
    while (left > 0) {
      left -= batch;
      for (int i = 1; i < batch; i++) {
        var _ = channel().write(payload.retainedDuplicate(), channel().voidPromise());
      }
      ChannelFuture last = channel().writeAndFlush(payload.retainedDuplicate());
      if (!last.isDone()) {
        last.addListener(
            done -> {
              if (done.isSuccess()) {
                batches();
              } else {
                over.completeExceptionally(done.cause());
              }
            });
        return;
      }
    }
    end();
  }

  /// Writes until the channel says that it has enough (64 KiB), and then flushes.
  private void freely() {
    while (left > 0 && channel().isWritable()) {
      while (left > 1 && channel().isWritable()) {
        left--;
        var _ = channel().write(payload.retainedDuplicate(), channel().voidPromise());
      }
      if (left == 1 && channel().isWritable()) {
        left--;
        channel().write(payload.retainedDuplicate()).addListener(done -> end());
      }
      channel().flush();
    }
  }

  private void end() {
    var _ = ((DuplexChannel) channel()).shutdownOutput();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    to = context.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    seen += bytes.readableBytes();
    bytes.release();
    if (seen == order.size()) {
      seen = 0;
      if (left > 0) {
        ping();
      } else {
        over.complete(true);
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (order.mode() == Order.Mode.FREE && left > 0 && context.channel().isWritable()) {
      context.executor().execute(this::freely);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (left > 0) {
      over.completeExceptionally(new EOFException("the receiver left: " + order));
    } else {
      over.complete(true);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    over.completeExceptionally(cause);
  }

  /// Waits until the last one is through.
  void await() throws Exception {
    try {
      boolean _ = over.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("netty: " + e.getCause(), e);
    }
  }

  /// Closes the connection and lets the payload go.
  void close() throws InterruptedException {
    Channel channel = to;
    if (channel != null) {
      channel.close().sync();
    }
    payload.release();
  }
}
