package ropewalk.bench.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;

/// One way for a producer to get its bytes into a file. It fills a piece of memory (each byte set,
/// which is the producer's own work and the same for all) and hands it over.
interface Writing extends AutoCloseable {
  /// Bytes of a piece.
  int PIECE = 64 << 10;

  /// As in the report.
  String name();

  /// Fills the file with `bytes` bytes of `value`, whole pieces from the beginning.
  void produce(long bytes, byte value) throws IOException;

  /// Hands to the kernel what has not got there yet.
  void flush() throws IOException;

  /// Bytes copied in user space, and by the kernel, since the start.
  long copiedUser();

  long copiedKernel();

  @Override
  void close() throws IOException;

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// Ours: pages of the pool are filled, published, and pushed through a pipe into a cached file.
  final class Pages implements Writing {
    private final Ropewalk walk;
    private final CachedFile file;
    private final Pipe pipe = Pipe.open(16);
    private final Tally tally = new Tally();

    private final ropewalk.cache.Writing writing;

    /// @param writing whether its bytes go through to the kernel at once, or wait in the cache
    Pages(Path path, long cacheBytes, ropewalk.cache.Writing writing) throws IOException {
      this.writing = writing;
      walk = Ropewalk.builder().engine(Engine.Choice.EPOLL).cacheBytes(cacheBytes).open();
      file =
          walk.file(
              path,
              writing,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    }

    @Override
    public String name() {
      return "ours, " + writing.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void produce(long bytes, byte value) throws IOException {
      Sink sink = file.to(0);
      for (long done = 0; done < bytes; done += PIECE) {
        PageRef piece = walk.pool().take(PIECE, FolioClass.GIFT);
        MemorySegment _ = piece.target().fill(value);
        piece.publish(PIECE);
        pipe.push(piece);
        for (long drained = 0; drained < PIECE; ) {
          drained += sink.drain(pipe, PIECE - drained, true, tally);
        }
      }
    }

    @Override
    public void flush() throws IOException {
      file.flush();
    }

    @Override
    public long copiedUser() {
      return tally.copiedUser();
    }

    @Override
    public long copiedKernel() {
      return tally.copiedKernel();
    }

    @Override
    public void close() throws IOException {
      pipe.close();
      file.close();
      walk.close();
    }
  }

  /// `FileChannel.write` out of one direct buffer.
  final class Channel implements Writing {
    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
    private final MemorySegment memory = MemorySegment.ofBuffer(buffer);
    private long copied;

    Channel(Path path) throws IOException {
      file = Writing.open(path);
    }

    @Override
    public String name() {
      return "FileChannel.write";
    }

    @Override
    public void produce(long bytes, byte value) throws IOException {
      for (long at = 0; at < bytes; at += PIECE) {
        MemorySegment _ = memory.fill(value);
        buffer.clear();
        while (buffer.hasRemaining()) {
          copied += file.write(buffer, at + buffer.position());
        }
      }
    }

    @Override
    public void flush() {
      // It is in the kernel.
    }

    @Override
    public long copiedUser() {
      return 0;
    }

    @Override
    public long copiedKernel() {
      return copied;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// A mapping: the producer fills the kernel's own pages. Nothing is copied, each page faults once
  /// and is found dirty by hardware.
  final class Mapped implements Writing {
    private final FileChannel file;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment map;

    Mapped(Path path, long bytes) throws IOException {
      file = Writing.open(path);
      map = file.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    }

    @Override
    public String name() {
      return "a mapping";
    }

    @Override
    public void produce(long bytes, byte value) {
      for (long at = 0; at < bytes; at += PIECE) {
        MemorySegment _ = map.asSlice(at, PIECE).fill(value);
      }
    }

    @Override
    public void flush() {
      // They are the kernel's pages.
    }

    @Override
    public long copiedUser() {
      return 0;
    }

    @Override
    public long copiedKernel() {
      return 0;
    }

    @Override
    public void close() throws IOException {
      arena.close();
      file.close();
    }
  }
}
