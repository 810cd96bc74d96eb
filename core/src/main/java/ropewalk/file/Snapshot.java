package ropewalk.file;

import java.io.IOException;
import java.nio.file.Path;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;

/// A private copy of a whole file that shares its blocks: FICLONE into a file without a name.
///
/// ```
///   movie.mkv         ■ ■ ■ ■      a stranger writes block 2 ──►  ■ ■ □ ■
///   (no name)         ■ ■ ■ ■      what we read                   ■ ■ ■ ■
/// ```
///
/// The clone has the file's lock for itself while it shares the blocks, so a write(2) of a stranger
/// is in it whole or not at all. The copy goes with its last descriptor.
final class Snapshot {
  /// Of a file that nobody can open: the umask of the process does not matter.
  private static final int MODE = 0600;

  private Snapshot() {}

  /// Opens `path` as it is now, for reading.
  ///
  /// @return a descriptor that the caller owns
  /// @throws IOException also if the file system shares no blocks, or its folder takes no new file
  static Fd of(Engine engine, Path path, int flags) throws IOException {
    try (Fd original = Opening.open(engine, Open.AT_FDCWD, path.toString(), flags, 0, 0)) {
      FileStatus status = FileStatus.of(original);
      if (!status.isRegular()) {
        throw new IOException(original + " is a " + status.kind() + ", not a regular file");
      }
      Path folder = path.toAbsolutePath().getParent();
      try (Fd copy = unnamed(engine, folder == null ? path : folder)) {
        share(engine, original, copy);
        return readOnly(engine, copy, flags);
      }
    }
  }

  /// A file without a name can only be made by opening it for writing, too.
  private static Fd readOnly(Engine engine, Fd copy, int flags) throws IOException {
    int number = copy.enter();
    try {
      return Opening.open(engine, Open.AT_FDCWD, "/proc/self/fd/" + number, flags, 0, 0);
    } finally {
      copy.exit();
    }
  }

  private static Fd unnamed(Engine engine, Path folder) throws IOException {
    try {
      int flags = Open.O_TMPFILE | Open.O_RDWR;
      return Opening.open(engine, Open.AT_FDCWD, folder.toString(), flags, MODE, 0);
    } catch (LinuxException e) {
      throw new IOException(
          "a snapshot needs a file without a name in " + folder + ", which gives none", e);
    }
  }

  private static void share(Engine engine, Fd original, Fd copy) throws IOException {
    int from = original.enter();
    try {
      int to = copy.enter();
      try {
        long result = engine.blocking(() -> engine.syscalls().ioctl(to, FileFlags.FICLONE, from));
        if (result == -Errno.EOPNOTSUPP || result == -Errno.ENOTTY || result == -Errno.EINVAL) {
          throw new IOException(
              "no snapshot of %s: its file system shares no blocks (FICLONE: %s)"
                  .formatted(original, Errno.name(result)));
        }
        LinuxException.check(result, "ioctl", "fd", copy, "request", "FICLONE", "of", original);
      } finally {
        copy.exit();
      }
    } finally {
      original.exit();
    }
  }
}
