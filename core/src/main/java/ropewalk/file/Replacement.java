package ropewalk.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;

/// A file on its way to a name: written beside it, renamed over it when it is whole.
///
/// ```
///   movie.mkv                       the old file, or nothing, for everybody, until ...
///   .movie.mkv.3f9a61c2.part        ... renameat2 puts this one in its place
/// ```
///
/// The directory is held open, so a directory that is moved meanwhile takes both names along. A
/// process that is killed leaves the `.part` behind, never half a target.
final class Replacement {
  /// The longest name that file systems take, in bytes.
  private static final int NAME_MAX = 255;

  /// What is added to the target's name: a dot, a dot, eight digits and ".part".
  private static final int NAME_EXTRA = 15;

  /// Two to the power of 32 names are enough for one try; more than one only against ill luck.
  private static final int TRIES = 8;

  private final Engine engine;
  private final Fd directory;
  private final String target;
  private final String part;
  private final Fd fd;
  private boolean isOver;

  private Replacement(Engine engine, Fd directory, String target, String part, Fd fd) {
    this.engine = engine;
    this.directory = directory;
    this.target = target;
    this.part = part;
    this.fd = fd;
  }

  /// Opens a new file beside `path` for reading and writing.
  static Replacement beside(Engine engine, Path path) throws IOException {
    FileStatus old = statusOf(engine, path);
    if (old != null && !old.isRegular()) {
      throw new IOException("can't replace " + path + ": it is a " + old.kind());
    }
    Path real = resolve(engine, path);
    Path name = real.getFileName();
    if (name == null) {
      throw new IOException("can't replace " + path + ": it has no name");
    }
    Path parent = real.getParent();
    Fd directory =
        Opening.open(
            engine,
            Open.AT_FDCWD,
            parent == null ? "." : parent.toString(),
            Open.O_PATH | Open.O_DIRECTORY,
            0,
            0);
    boolean isOpen = false;
    try {
      int mode = old == null ? Opening.MODE_NEW : old.permissions();
      Replacement made = openPart(engine, directory, name.toString(), mode);
      isOpen = true;
      return made;
    } finally {
      if (!isOpen) {
        directory.close();
      }
    }
  }

  private static Replacement openPart(Engine engine, Fd directory, String name, int mode)
      throws IOException {
    int flags = Open.O_RDWR | Open.O_CREAT | Open.O_EXCL | Open.O_NOFOLLOW;
    int number = directory.enter();
    try {
      for (int i = 1; ; i++) {
        String part = partName(name);
        try {
          Fd fd = Opening.open(engine, number, part, flags, mode, 0);
          return new Replacement(engine, directory, name, part, fd);
        } catch (LinuxException e) {
          if (e.errno() != Errno.EEXIST || i == TRIES) {
            throw e;
          }
        }
      }
    } finally {
      directory.exit();
    }
  }

  private static String partName(String name) {
    String digits = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    boolean isShort = name.getBytes(StandardCharsets.UTF_8).length + NAME_EXTRA <= NAME_MAX;
    return "." + (isShort ? name + "." : "") + digits + ".part";
  }

  private static @Nullable FileStatus statusOf(Engine engine, Path path) throws IOException {
    try {
      return FileStatus.of(engine, path.toString());
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  /// Where the bytes of `path` are, or would be: links are followed, so that one which points to a
  /// file goes on pointing to it.
  private static Path resolve(Engine engine, Path path) throws IOException {
    Path[] real = {path};
    var _ =
        engine.blocking(
            () -> {
              if (Files.isSymbolicLink(path)) {
                try {
                  real[0] = path.toRealPath();
                } catch (NoSuchFileException e) {
                  throw new IOException("can't replace " + path + ": it links to nothing", e);
                }
              }
              return 0;
            });
    return real[0];
  }

  /// The new file. Whoever closes it calls [#abandon] first.
  Fd fd() {
    return fd;
  }

  void commit(boolean isDurable) throws IOException {
    if (isOver) {
      throw new IllegalStateException("commit() of " + target + ": committed or closed before");
    }
    if (isDurable) {
      engine.fsync(fd, false);
    }
    int number = directory.enter();
    try {
      long result =
          engine.blocking(() -> engine.syscalls().renameat2(number, part, number, target, 0));
      LinuxException.check(result, "renameat2", "from", part, "to", target, "in", directory);
      isOver = true;
      if (isDurable) {
        syncDirectory(number);
      }
    } finally {
      directory.exit();
    }
    directory.close();
  }

  private void syncDirectory(int number) throws IOException {
    try (Fd readable = Opening.open(engine, number, ".", Open.O_RDONLY | Open.O_DIRECTORY, 0, 0)) {
      engine.fsync(readable, false);
    }
  }

  /// Removes the part, unless it has become the target. A second time it does nothing.
  void abandon() throws IOException {
    if (isOver) {
      directory.close();
      return;
    }
    isOver = true;
    int number = directory.enter();
    try {
      long result = engine.blocking(() -> engine.syscalls().unlinkat(number, part, 0));
      if (result != -Errno.ENOENT) {
        LinuxException.check(result, "unlinkat", "path", part, "in", directory);
      }
    } finally {
      directory.exit();
      directory.close();
    }
  }
}
