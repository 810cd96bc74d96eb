package ropewalk.bench.peer;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The JDK's own ways: a blocking SocketChannel, and three things one can do with it.
abstract class ChannelWay implements Way {
  private final String route;
  private final int kernelCopies;
  private @Nullable Path openPath;
  private @Nullable FileChannel openFile;

  ChannelWay(String route, int kernelCopies) {
    this.route = route;
    this.kernelCopies = kernelCopies;
  }

  /// Sends the first `size` bytes of `file`, all of them.
  abstract void transfer(FileChannel file, SocketChannel to, long size) throws IOException;

  @Override
  public Sent send(Target target, Path path, long size, int count) throws IOException {
    FileChannel file = file(path);
    long heap = Heap.allocated();
    long start = System.nanoTime();
    try (SocketChannel to = SocketChannel.open(target.socketAddress())) {
      if (!target.isTcp()) {
        to.setOption(StandardSocketOptions.SO_SNDBUF, Target.UNIX_QUEUE_BYTES);
      }
      for (int i = 0; i < count; i++) {
        transfer(file, to, size);
      }
      to.shutdownOutput();
      if (to.read(ByteBuffer.allocate(1)) >= 0) {
        throw new IOException("the receiver sent something");
      }
      return Sent.declared(size * count, start, heap, kernelCopies, route);
    }
  }

  /// The file, kept open from one round to the next.
  private FileChannel file(Path path) throws IOException {
    FileChannel file = openFile;
    if (file == null || !path.equals(openPath)) {
      close();
      file = FileChannel.open(path, StandardOpenOption.READ);
      openFile = file;
      openPath = path;
    }
    return file;
  }

  @Override
  public void close() throws IOException {
    if (openFile != null) {
      openFile.close();
    }
  }

  /// `FileChannel.transferTo`: sendfile underneath. On a virtual thread the descriptor is
  /// non-blocking, a full socket makes it return 0, and the loop that everybody writes spins.
  static final class TransferTo extends ChannelWay {
    TransferTo() {
      super("transferTo", 0);
    }

    @Override
    void transfer(FileChannel file, SocketChannel to, long size) throws IOException {
      for (long at = 0; at < size; ) {
        at += file.transferTo(at, size - at, to);
      }
    }
  }

  /// read and write through one direct buffer of 1 MiB.
  static final class ReadWrite extends ChannelWay {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

    ReadWrite() {
      super("read+write(1MiB,direct)", 2);
    }

    @Override
    void transfer(FileChannel file, SocketChannel to, long size) throws IOException {
      for (long at = 0; at < size; ) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
        int read = file.read(buffer, at);
        if (read < 0) {
          throw new IOException("the file ended at %d of %d".formatted(at, size));
        }
        at += read;
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
      }
    }
  }

  /// The file mapped once, its pages written from there.
  static final class MappedWrite extends ChannelWay {
    private @Nullable FileChannel mappedFile;
    private @Nullable ByteBuffer map;

    MappedWrite() {
      super("write(map)", 1);
    }

    @Override
    void transfer(FileChannel file, SocketChannel to, long size) throws IOException {
      ByteBuffer bytes = map;
      if (bytes == null || !file.equals(mappedFile)) {
        bytes = file.map(FileChannel.MapMode.READ_ONLY, 0, size);
        map = bytes;
        mappedFile = file;
      }
      bytes.clear();
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    }
  }
}
