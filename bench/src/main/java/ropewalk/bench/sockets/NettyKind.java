package ropewalk.bench.sockets;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;

/// Netty's two engines.
enum NettyKind {
  EPOLL {
    @Override
    IoHandlerFactory handlers() {
      return EpollIoHandler.newFactory();
    }

    @Override
    Class<? extends SocketChannel> channels() {
      return EpollSocketChannel.class;
    }
  },
  IO_URING {
    @Override
    IoHandlerFactory handlers() {
      return IoUringIoHandler.newFactory();
    }

    @Override
    Class<? extends SocketChannel> channels() {
      return IoUringSocketChannel.class;
    }
  };

  abstract IoHandlerFactory handlers();

  abstract Class<? extends SocketChannel> channels();
}
