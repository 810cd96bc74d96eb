package ropewalk.bench.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.iov.Tally;
import ropewalk.net.Socket;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Source;

/// Ropewalk as its users have it: the face, default routes, one open file for all rounds.
final class OursWay implements Way {

  /// Room for the largest file of the bench, and half as much again.
  private static final long CACHE_BYTES = 96L << 20;

  private final Ropewalk walk;
  private final boolean isCached;
  private final MoveOptions options;
  private boolean isOnce;
  private @Nullable Path openPath;
  private @Nullable CachedFile cached;
  private @Nullable PlainFile plain;

  /// @param isCached through our page cache (pages are lent), or past it
  /// @param isRelaxed allows the kernel's own sharing, on which later writes show
  OursWay(Engine.Choice choice, boolean isCached, boolean isRelaxed) throws IOException {
    this.walk = Ropewalk.builder().engine(choice).cacheBytes(CACHE_BYTES).open();
    this.isCached = isCached;
    // More follows on the same connection; its end is the shutdown, as with the peers.
    this.options = (isRelaxed ? MoveOptions.DEFAULT.relaxed() : MoveOptions.DEFAULT).withMore();
  }

  @Override
  public Sent send(Target target, Path path, long size, int count) throws IOException {
    open(path);
    long heap = Heap.allocated();
    long start = System.nanoTime();
    try (Socket to = walk.connect(name(target))) {
      long user = 0;
      long kernel = 0;
      String route = "";
      for (int i = 0; i < count; i++) {
        if (isOnce) {
          walk.cache().drop();
        }
        Moved moved = walk.move(source(size), to, options);
        if (moved.accepted() != size) {
          throw new IOException("asked for %d bytes: %s".formatted(size, moved));
        }
        user += moved.copiedUser();
        kernel += moved.copiedKernel();
        route = moved.route();
      }
      to.shutdownOutput();
      if (to.channel(new Tally()).read(ByteBuffer.allocateDirect(1)) >= 0) {
        throw new IOException("the receiver sent something");
      }
      return new Sent(
          size * count, System.nanoTime() - start, Heap.allocated() - heap, user, kernel, route);
    }
  }

  @Override
  public void isOnce(boolean isOnce) {
    this.isOnce = isOnce;
  }

  private static String name(Target target) {
    return target.isTcp() ? "tcp://127.0.0.1:" + target.address() : "unix:" + target.address();
  }

  private Source source(long size) {
    if (cached != null) {
      return cached.from(0, size);
    }
    if (plain != null) {
      return plain.from(0, size);
    }
    throw new IllegalStateException("no file is open");
  }

  /// Keeps the file of the last round open.
  private void open(Path path) throws IOException {
    if (path.equals(openPath)) {
      return;
    }
    closeFile();
    if (isCached) {
      cached = walk.file(path);
    } else {
      plain = walk.plainFile(path);
    }
    openPath = path;
  }

  private void closeFile() throws IOException {
    if (cached != null) {
      cached.close();
      cached = null;
    }
    if (plain != null) {
      plain.close();
      plain = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeFile();
    walk.close();
  }
}
