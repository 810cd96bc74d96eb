package ropewalk.bench.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.LongAdder;
import ropewalk.Ropewalk;
import ropewalk.cache.CacheStats;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;

/// One way to read pages of a file at random, by many callers: each copies 4 KiB into memory of its
/// own.
interface Reading extends AutoCloseable {
  /// As in the report.
  String name();

  /// Copies the page at `offset` into `target`, of which `buffer` is the same memory.
  void read(long offset, MemorySegment target, ByteBuffer buffer) throws IOException;

  /// Reads that found their bytes in a cache of this process, and all of them, since the last call;
  /// 1 of 1 where the cache is the kernel's.
  default double hitRatio() {
    return 1;
  }

  @Override
  void close() throws IOException;

  /// Ours.
  final class Ours implements Reading {
    private final Ropewalk walk;
    private final CachedFile file;
    private CacheStats before;

    Ours(Path path, long cacheBytes) throws IOException {
      walk = Ropewalk.builder().engine(Engine.Choice.EPOLL).cacheBytes(cacheBytes).open();
      file = walk.file(path);
      before = walk.cache().stats();
    }

    @Override
    public String name() {
      return "ours";
    }

    @Override
    public void read(long offset, MemorySegment target, ByteBuffer buffer) throws IOException {
      long _ = file.read(target, offset);
    }

    @Override
    public double hitRatio() {
      CacheStats now = walk.cache().stats();
      double hits = now.hits() - before.hits();
      double misses = now.misses() - before.misses();
      before = now;
      return hits / Math.max(1, hits + misses);
    }

    @Override
    public void close() throws IOException {
      file.close();
      walk.close();
    }
  }

  /// A mapping: the kernel's pages, found by hardware.
  final class Mapped implements Reading {
    private final FileChannel file;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment map;

    Mapped(Path path) throws IOException {
      file = FileChannel.open(path, StandardOpenOption.READ);
      map = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
    }

    @Override
    public String name() {
      return "mmap";
    }

    @Override
    public void read(long offset, MemorySegment target, ByteBuffer buffer) {
      MemorySegment.copy(map, offset, target, 0, ZipfKeys.PAGE);
    }

    @Override
    public void close() throws IOException {
      arena.close();
      file.close();
    }
  }

  /// A call for each read.
  final class Channel implements Reading {
    private final FileChannel file;

    Channel(Path path) throws IOException {
      file = FileChannel.open(path, StandardOpenOption.READ);
    }

    @Override
    public String name() {
      return "FileChannel";
    }

    @Override
    public void read(long offset, MemorySegment target, ByteBuffer buffer) throws IOException {
      int _ = file.read(buffer.clear(), offset);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// What one builds without us: runs of 64 KiB in heap buffers, kept by Caffeine.
  final class Kept implements Reading {
    private final FileChannel file;
    private final Cache<Long, ByteBuffer> cache;
    private final LongAdder reads = new LongAdder();
    private final LongAdder misses = new LongAdder();

    Kept(Path path, long cacheBytes) throws IOException {
      file = FileChannel.open(path, StandardOpenOption.READ);
      cache = Caffeine.newBuilder().maximumSize(Math.max(1, cacheBytes / ZipfKeys.RUN)).build();
    }

    @Override
    public String name() {
      return "Caffeine + ByteBuffer";
    }

    @Override
    public void read(long offset, MemorySegment target, ByteBuffer buffer) {
      ByteBuffer run = cache.get(offset / ZipfKeys.RUN, this::load);
      reads.increment();
      buffer.clear().put(0, run, (int) (offset % ZipfKeys.RUN), ZipfKeys.PAGE);
    }

    private ByteBuffer load(long index) {
      misses.increment();
      ByteBuffer run = ByteBuffer.allocate(ZipfKeys.RUN);
      try {
        while (run.hasRemaining()) {
          if (file.read(run, index * ZipfKeys.RUN + run.position()) < 0) {
            break;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return run;
    }

    @Override
    public double hitRatio() {
      double all = reads.sumThenReset();
      return (all - misses.sumThenReset()) / Math.max(1, all);
    }

    @Override
    public void close() throws IOException {
      cache.invalidateAll();
      file.close();
    }
  }
}
