package ropewalk.app.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;
import ropewalk.Ropewalk;
import ropewalk.file.CachedFile;
import ropewalk.net.Socket;
import ropewalk.splice.MoveOptions;

/// One way to send a file over TCP.
sealed interface Handing {
  /// How a report calls it.
  String name();

  /// Sends all of `file` to loopback's `port` and ends the connection in order.
  ///
  /// @param accepted told, after each call, how many bytes the kernel or the library has taken so
  ///   far: bytes that the sender may now forget
  void send(Path file, int port, LongConsumer accepted) throws IOException;

  /// The JDK's: `FileChannel.transferTo`, which is sendfile(2) underneath.
  record TransferTo() implements Handing {
    @Override
    public String name() {
      return "FileChannel.transferTo";
    }

    @Override
    public void send(Path file, int port, LongConsumer accepted) throws IOException {
      try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ);
          SocketChannel sink = SocketChannel.open(loopback(port))) {
        long done = 0;
        long size = source.size();
        while (done < size) {
          // No more at a time than a step of ours, so that both are told as often.
          done += source.transferTo(done, Math.min(size - done, STEP), sink);
          accepted.accept(done);
        }
      }
    }
  }

  /// Ours, strict as it comes, by the route that is taken by itself.
  ///
  /// @param walk lent
  record Walk(Ropewalk walk) implements Handing {
    @Override
    public String name() {
      return "Ropewalk";
    }

    @Override
    public void send(Path file, int port, LongConsumer accepted) throws IOException {
      try (CachedFile source = walk.file(file);
          Socket sink = walk.connect("tcp://127.0.0.1:" + port)) {
        var _ = walk.move(source, sink, MoveOptions.DEFAULT.withProgress(accepted));
        sink.shutdownOutput();
      }
    }
  }

  /// Bytes that one call of the JDK's is asked to move.
  long STEP = 64 << 10;

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
