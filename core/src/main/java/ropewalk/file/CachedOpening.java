package ropewalk.file;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import ropewalk.cache.Holder;
import ropewalk.cache.PageCache;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;

/// How a [CachedFile] comes about: which flags, which guard, which holder.
///
/// ```
///   options, writing ──► flags ──► openat2 ──► Fd ──► Guarding ─┐
///                                              └─► statx ───────┴─► Holder ──► CachedFile
/// ```
///
/// A descriptor that is durable by itself (O_SYNC, O_DSYNC) writes in SYNC mode, whoever opened it.
final class CachedOpening {
  private CachedOpening() {}

  /// See [CachedFile#open(Engine, PageCache, Path, Writing, OpenOption...)].
  static CachedFile open(
      Engine engine, PageCache cache, Path path, Writing writing, OpenOption... options)
      throws IOException {
    Set<CacheOption> ours = CacheOption.among(options);
    int flags = Opening.flags(CacheOption.without(options)) | Open.O_NONBLOCK | Open.O_NOCTTY;
    if ((flags & Open.O_ACCMODE) == Open.O_WRONLY) {
      flags = (flags & ~Open.O_ACCMODE) | Open.O_RDWR;
    }
    if (writing == Writing.SYNC) {
      flags |= Open.O_DSYNC;
    }
    if (ours.contains(CacheOption.SNAPSHOT)) {
      if ((flags & Open.O_ACCMODE) != Open.O_RDONLY) {
        throw new IllegalArgumentException("a snapshot is for reading only: " + path);
      }
      Fd fd = Snapshot.of(engine, path, flags);
      return of(engine, cache, fd, writing, Guarding.by(Guard.SNAPSHOT, fd, ""), ours);
    }
    Fd fd = Opening.open(engine, Open.AT_FDCWD, path.toString(), flags, Opening.MODE_NEW, 0);
    return of(
        engine,
        cache,
        fd,
        writing,
        ours.contains(CacheOption.UNGUARDED)
            ? Guarding.by(Guard.NONE, fd, "opened without a guard")
            : Guarding.of(fd),
        ours);
  }

  /// Takes `fd`, always: it is closed if it turns out to be nothing that can be cached.
  static CachedFile of(
      Engine engine,
      PageCache cache,
      Fd fd,
      Writing writing,
      Guarding guarding,
      Set<CacheOption> options)
      throws IOException {
    FileStatus opened = PlainFile.demandSized(fd);
    boolean isOpen = false;
    try {
      demandTrueSize(engine, fd, opened);
      int flags = Opening.flags(fd);
      boolean isDurable = (flags & Open.O_DSYNC) != 0;
      boolean isWritable = (flags & Open.O_ACCMODE) != Open.O_RDONLY;
      boolean canGrow = opened.isRegular();
      FileBacking backing =
          options.contains(CacheOption.DIRECT)
              ? DirectBacking.of(engine, cache, fd, guarding, isDurable, canGrow)
              : new FileBacking(engine, fd, guarding, isDurable, canGrow);
      Writing mode = isDurable ? Writing.SYNC : writing;
      Holder holder = cache.open(backing, opened.stamp(), mode, isWritable);
      isOpen = true;
      return new CachedFile(cache, fd, holder, guarding);
    } finally {
      if (!isOpen) {
        fd.close();
      }
    }
  }

  /// A file that says it is empty and is not (as in `/proc`, R-18) is made up at each read: it has
  /// no size to be cached by, and would look empty.
  private static void demandTrueSize(Engine engine, Fd fd, FileStatus opened) throws IOException {
    if (opened.size() > 0) {
      return;
    }
    try (Scratch first = new Scratch(1)) {
      if (engine.pread(fd, first.address(), 1, 0) > 0 && FileStatus.of(fd).size() == 0) {
        throw new IOException(fd + " has bytes and no size: it can be read plainly, not cached");
      }
    }
  }
}
