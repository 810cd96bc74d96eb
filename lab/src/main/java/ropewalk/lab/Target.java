package ropewalk.lab;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.file.CachedFile;
import ropewalk.file.DirectFile;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;

/// A file of ours as a [Workload] writes it, in one of several ways. Not thread-safe.
sealed interface Target extends AutoCloseable {
  /// Enough for the longest write of a script at once.
  int SLOTS = 16;

  void write(byte[] bytes, long offset) throws IOException;

  void truncate(long size) throws IOException;

  /// Returns when all is on the medium, or at once if it `lies`.
  void sync(boolean isDataOnly, boolean lies) throws IOException;

  @Override
  void close() throws IOException;

  /// Writes `bytes` to `file` by way of a pipe of ours, which is empty before and after.
  private static void write(Pipe pipe, PlainFile file, byte[] bytes, long offset)
      throws IOException {
    Tally tally = new Tally();
    IovIter source = IovIter.source(MemorySegment.ofArray(bytes));
    var sink = file.to(offset);
    while (source.count() > 0) {
      pipe.write(source, Pipe.NONBLOCK, Pipe.FOREVER, tally);
      while (pipe.bytes() > 0) {
        sink.drain(pipe, Long.MAX_VALUE, false, tally);
      }
    }
  }

  /// Through the kernel's page cache: a [PlainFile] and a pipe.
  final class Plain implements Target {
    private final PlainFile file;
    private final Pipe pipe;

    Plain(Ropewalk walk, Path path) throws IOException {
      this.file = walk.plainFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      this.pipe = Pipe.open(walk.pool(), SLOTS);
    }

    @Override
    public void write(byte[] bytes, long offset) throws IOException {
      Target.write(pipe, file, bytes, offset);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void sync(boolean isDataOnly, boolean lies) throws IOException {
      if (!lies) {
        file.sync(isDataOnly);
      }
    }

    @Override
    public void close() throws IOException {
      pipe.close();
      file.close();
    }
  }

  /// Through our cache: a [CachedFile], in any mode of writing.
  final class Cached implements Target {
    private final CachedFile file;

    Cached(Ropewalk walk, Path path, Writing writing) throws IOException {
      this.file = walk.file(path, writing, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public void write(byte[] bytes, long offset) throws IOException {
      file.write(MemorySegment.ofArray(bytes), offset);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void sync(boolean isDataOnly, boolean lies) throws IOException {
      if (!lies) {
        file.sync(isDataOnly);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// Past the kernel's page cache: a [DirectFile].
  final class Direct implements Target {
    private final DirectFile file;
    private final Tally tally = new Tally();

    Direct(Ropewalk walk, Path path) throws IOException {
      this.file = walk.direct(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public void write(byte[] bytes, long offset) throws IOException {
      long written = file.write(IovIter.source(MemorySegment.ofArray(bytes)), offset, tally);
      if (written != bytes.length) {
        throw new IOException("wrote " + written + " of " + bytes.length + " at " + offset);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void sync(boolean isDataOnly, boolean lies) throws IOException {
      if (!lies) {
        file.sync(isDataOnly);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// As `copy` does it: all of the file is kept in memory, and each sync writes a new file beside
  /// it and puts that under its name. The lie is to rename without waiting for the medium.
  final class Replaced implements Target {
    private final Ropewalk walk;
    private final Path path;
    private final Pipe pipe;
    private byte[] bytes = new byte[0];

    Replaced(Ropewalk walk, Path path) {
      this.walk = walk;
      this.path = path;
      this.pipe = Pipe.open(walk.pool(), SLOTS);
    }

    @Override
    public void write(byte[] source, long offset) {
      int start = Math.toIntExact(offset);
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length, start + source.length));
      System.arraycopy(source, 0, bytes, start, source.length);
    }

    @Override
    public void truncate(long size) {
      bytes = Arrays.copyOf(bytes, Math.toIntExact(size));
    }

    @Override
    public void sync(boolean isDataOnly, boolean lies) throws IOException {
      try (PlainFile file = PlainFile.create(walk.engine(), walk.pool(), path)) {
        Target.write(pipe, file, bytes, 0);
        file.commit(!lies);
      }
    }

    @Override
    public void close() {
      pipe.close();
    }
  }
}
