package ropewalk.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import ropewalk.cache.PageCache;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.testkit.TempFiles;

/// An engine, a pool, a cache and a folder: what the tests of files stand in.
final class FileRoom implements AutoCloseable {
  final FolioPool pool;
  final Engine engine;
  final PageCache cache;
  final TempFiles files = new TempFiles();
  final Tally tally = new Tally();

  FileRoom() throws IOException {
    this(HostSyscalls.host(), Engine.Choice.AUTO);
  }

  FileRoom(Syscalls syscalls, Engine.Choice choice) throws IOException {
    this(syscalls, choice, 8 << 20, 1 << 20);
  }

  FileRoom(Syscalls syscalls, Engine.Choice choice, long ringBytes, long cacheBytes)
      throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(ringBytes, cacheBytes + (8 << 20)));
    engine = Engine.open(syscalls, choice);
    cache = PageCache.open(pool, cacheBytes);
  }

  /// A frozen range of these bytes, as a sink finds it in a pipe.
  PageRef page(byte[] bytes) throws IOException {
    return page(bytes, FolioClass.RING);
  }

  /// The same, of memory of this kind.
  PageRef page(byte[] bytes, FolioClass kind) throws IOException {
    PageRef ref = pool.take(Math.max(bytes.length, 1), kind);
    for (int i = 0; i < bytes.length; i++) {
      ref.target().set(ValueLayout.JAVA_BYTE, i, bytes[i]);
    }
    ref.publish(bytes.length);
    return ref;
  }

  /// All that `source` brings, at most `step` bytes at a time.
  byte[] drained(Source source, long step) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Pipe pipe = Pipe.open(4)) {
      while (source.fill(pipe, step, tally) != Source.END) {
        for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
          out.writeBytes(ref.bytes().toArray(ValueLayout.JAVA_BYTE));
          ref.close();
        }
      }
    }
    return out.toByteArray();
  }

  /// Moves all of `source` to `sink`, as the mover does.
  long move(Source source, Sink sink) throws IOException {
    long moved = 0;
    try (Pipe pipe = Pipe.open(4)) {
      while (source.fill(pipe, Long.MAX_VALUE, tally) != Source.END) {
        while (pipe.bytes() > 0) {
          moved += sink.drain(pipe, pipe.bytes(), true, tally);
        }
      }
      sink.finish();
    }
    return moved;
  }

  @Override
  public void close() {
    cache.close();
    engine.close();
    files.close();
    pool.close();
  }
}
