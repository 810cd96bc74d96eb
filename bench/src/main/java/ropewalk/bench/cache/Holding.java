package ropewalk.bench.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.iov.Tally;
import ropewalk.net.Socket;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// One way to send a file over AF_UNIX while some of what is under way is overwritten. Each opens
/// the file and the connection once.
interface Holding extends AutoCloseable {
  /// As in the report.
  String name();

  /// Sends the first `size` bytes, and has pages overwritten while they are on loan or, where
  /// nothing is ever lent, in the kernel's queue.
  void transfer(long size, Rewriting rewriting) throws IOException;

  /// Bytes of memory that a transfer holds at the most, beside what is cached anyway. May transfer
  /// to find out: asking the pool would be in the figures of those that are timed.
  long held(long size, int percent) throws IOException;

  @Override
  void close() throws IOException;

  /// Bytes that an AF_UNIX queue may hold, for all: ours asks for as many.
  int QUEUE = 1 << 20;

  /// The buffer of a careful reader and writer, and the step of one transferTo.
  int STEP = 1 << 20;

  private static SocketChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    channel.setOption(StandardSocketOptions.SO_SNDBUF, QUEUE);
    return channel;
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// Ours, strict: everything is lent into a pipe, overwritten there, and sent then. The worst
  /// case: a move that isn't held up has at most 1 MiB on loan at a time.
  final class Lent implements Holding {
    private final Ropewalk walk;
    private final CachedFile file;
    private final Socket socket;
    private final Pipe pipe = Pipe.open(1 << 10);
    private final Arena arena = Arena.ofShared();
    private final MemorySegment page = arena.allocate(Rewriting.PAGE);
    private final Tally tally = new Tally();
    private final boolean isGiving;

    /// @param isGiving gives the pages to the kernel, as a move does; else they are gathered, which
    ///   is one copy by the kernel and nothing to drop afterwards
    Lent(Path path, Path listener, long cacheBytes, boolean isGiving) throws IOException {
      this.isGiving = isGiving;
      walk = Ropewalk.builder().engine(Engine.Choice.EPOLL).cacheBytes(cacheBytes).open();
      file = walk.file(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      socket = walk.connect("unix:" + listener);
    }

    @Override
    public String name() {
      return isGiving ? "strict" : "strict, gathered";
    }

    @Override
    public void transfer(long size, Rewriting rewriting) throws IOException {
      lend(size);
      rewriting.pages(0, size, at -> write(at));
      send(size);
    }

    private void lend(long size) throws IOException {
      Source source = file.from(0, size);
      for (long lent = 0; lent < size; ) {
        lent += source.fill(pipe, size - lent, tally);
      }
    }

    private void send(long size) throws IOException {
      for (long sent = 0; sent < size; ) {
        long accepted = isGiving ? socket.give(pipe, size - sent, true, tally) : 0;
        sent += accepted > 0 ? accepted : socket.drain(pipe, size - sent, true, tally);
      }
    }

    private void write(long at) throws IOException {
      long _ = file.write(page, at);
    }

    /// Lends `size` bytes and lets go of them: what keeping the books costs, and nothing else.
    void lendAndRelease(long size) throws IOException {
      lend(size);
      pipe.consume(size);
    }

    @Override
    public long held(long size, int percent) throws IOException {
      Rewriting rewriting = new Rewriting(percent);
      long most = 0;
      // A hundred pages: one of them is overwritten even at one percent.
      for (long done = 0; done < 100L * Rewriting.PAGE; done += size) {
        lend(size);
        long before = walk.pool().stats().inUse();
        rewriting.pages(0, size, at -> write(at));
        most = Math.max(most, walk.pool().stats().inUse() - before);
        send(size);
      }
      return most;
    }

    @Override
    public void close() throws IOException {
      socket.close();
      pipe.close();
      file.close();
      walk.close();
      arena.close();
    }
  }

  /// The usual strict way: read into a buffer, write it out. What is read stands still.
  final class Copied implements Holding {
    private final FileChannel file;
    private final SocketChannel socket;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(STEP);
    private final ByteBuffer page = ByteBuffer.allocateDirect(Rewriting.PAGE);

    Copied(Path path, Path listener) throws IOException {
      file = Holding.open(path);
      socket = Holding.connect(listener);
    }

    @Override
    public String name() {
      return "read + write";
    }

    @Override
    public void transfer(long size, Rewriting rewriting) throws IOException {
      for (long at = 0; at < size; ) {
        buffer.clear().limit((int) Math.min(STEP, size - at));
        int got = file.read(buffer, at);
        if (got <= 0) {
          throw new IOException("the file ended at " + at);
        }
        buffer.flip();
        rewriting.pages(at, at + got, offset -> write(offset));
        while (buffer.hasRemaining()) {
          socket.write(buffer);
        }
        at += got;
      }
    }

    private void write(long offset) throws IOException {
      int _ = file.write(page.clear(), offset);
    }

    @Override
    public long held(long size, int percent) {
      return Math.min(size, STEP);
    }

    @Override
    public void close() throws IOException {
      socket.close();
      file.close();
    }
  }

  /// The JDK's relaxed way, sendfile: what was overwritten shows.
  final class Relaxed implements Holding {
    private final FileChannel file;
    private final SocketChannel socket;
    private final ByteBuffer page = ByteBuffer.allocateDirect(Rewriting.PAGE);

    Relaxed(Path path, Path listener) throws IOException {
      file = Holding.open(path);
      socket = Holding.connect(listener);
    }

    @Override
    public String name() {
      return "transferTo (relaxed)";
    }

    @Override
    public void transfer(long size, Rewriting rewriting) throws IOException {
      for (long at = 0; at < size; ) {
        long sent = file.transferTo(at, Math.min(STEP, size - at), socket);
        rewriting.pages(at, at + sent, offset -> write(offset));
        at += sent;
      }
    }

    private void write(long offset) throws IOException {
      int _ = file.write(page.clear(), offset);
    }

    @Override
    public long held(long size, int percent) {
      return 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
      file.close();
    }
  }
}
