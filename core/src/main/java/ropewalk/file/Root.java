package ropewalk.file;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;

/// A directory that was opened once, and out of which nothing is reachable.
///
/// The kernel walks the path (openat2 with RESOLVE_BENEATH), so there is no gap between a check and
/// its use: `..` above the root, absolute paths and links that lead out are refused wherever they
/// stand in the path; links that stay inside are followed. Magic links (those of `/proc`) never
/// are.
///
/// ```
///   find("a/b")
///     openat2(O_PATH)  ──► statx ──► a file or directory? ──► openat2(O_RDONLY) ──► statx: the same one?
///        names it, opens nothing         │ no                                         │ no
///                                        ▼                                            ▼
///                                      Other                                      once more
/// ```
///
/// The first step opens nothing, because opening a device may already do something, and opening a
/// FIFO may wait. The second one says O_NONBLOCK and O_NOCTTY all the same, for the file that is
/// swapped in between.
public final class Root implements AutoCloseable {
  private static final int RESOLVE = Open.RESOLVE_BENEATH | Open.RESOLVE_NO_MAGICLINKS;
  private static final int READ = Open.O_RDONLY | Open.O_CLOEXEC | Open.O_NONBLOCK | Open.O_NOCTTY;

  /// How often to look again when a name is renamed under us (the kernel then says EAGAIN). More
  /// often than this in a row is an attack or a very odd directory.
  private static final int TRIES = 16;

  private final Engine engine;
  private final Fd directory;

  /// What [#find] found.
  public sealed interface Found {
    /// A regular file, open for reading. Whoever receives this owns `fd`.
    record File(Fd fd, FileStatus status) implements Found {}

    /// A directory, open for listing. Whoever receives this owns `fd`.
    record Directory(Fd fd, FileStatus status) implements Found {}

    /// Nothing of that name.
    record Missing() implements Found {}

    /// It is not ours to show: the path leads out, or permissions say so.
    record Forbidden(String reason) implements Found {}

    /// A FIFO, socket or device: nothing that has been opened.
    record Other(String kind) implements Found {}
  }

  private Root(Engine engine, Fd directory) {
    this.engine = engine;
    this.directory = directory;
  }

  /// Opens a directory, following links to it.
  public static Root open(Engine engine, Path path) throws IOException {
    int flags = Open.O_PATH | Open.O_DIRECTORY | Open.O_CLOEXEC;
    String name = path.toString().isEmpty() ? "." : path.toString();
    return new Root(engine, Opening.open(engine, Open.AT_FDCWD, name, flags, 0, 0));
  }

  /// Looks for `path`, relative to this directory (empty or `.` is the directory itself), and opens
  /// it for reading if it is a regular file or a directory.
  ///
  /// @throws IOException if the kernel fails otherwise (EIO, EMFILE...)
  public Found find(String path) throws IOException {
    String name = path.isEmpty() ? "." : path;
    if (name.indexOf('\0') >= 0) {
      return new Found.Missing();
    }
    int number = directory.enter();
    try {
      for (int i = 0; i < TRIES; i++) {
        Found found = attempt(number, name);
        if (found != null) {
          return found;
        }
      }
      throw LinuxException.of(-Errno.EAGAIN, "openat2", "path", path, "tries", TRIES);
    } catch (LinuxException e) {
      return refusal(e);
    } finally {
      directory.exit();
    }
  }

  /// One look; null if the name changed its meaning meanwhile.
  private @Nullable Found attempt(int number, String name) throws IOException {
    FileStatus named;
    try (Fd path = open(number, name, Open.O_PATH | Open.O_CLOEXEC)) {
      named = FileStatus.of(path);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EAGAIN) {
        return null;
      }
      throw e;
    }
    if (!named.isRegular() && !named.isDirectory()) {
      return new Found.Other(named.kind());
    }
    Fd fd;
    try {
      fd = open(number, name, READ);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EAGAIN || e.errno() == Errno.ENXIO) {
        return null;
      }
      throw e;
    }
    boolean isKept = false;
    try {
      FileStatus opened = FileStatus.of(fd);
      if (opened.isRegular() && named.isRegular()) {
        isKept = true;
        return new Found.File(fd, opened);
      }
      if (opened.isDirectory() && named.isDirectory()) {
        isKept = true;
        return new Found.Directory(fd, opened);
      }
      return null;
    } finally {
      if (!isKept) {
        fd.close();
      }
    }
  }

  private Fd open(int number, String name, int flags) throws IOException {
    return Opening.open(engine, number, name, flags, 0, RESOLVE);
  }

  private static Found refusal(LinuxException e) throws LinuxException {
    return switch (e.errno()) {
      case Errno.ENOENT, Errno.ENOTDIR, Errno.ENAMETOOLONG -> new Found.Missing();
      case Errno.EXDEV -> new Found.Forbidden("the path leads out of the directory");
      case Errno.ELOOP -> new Found.Forbidden("too many links, or one that may not be followed");
      case Errno.EACCES, Errno.EPERM -> new Found.Forbidden("no permission");
      default -> throw e;
    };
  }

  /// The directory's descriptor (O_PATH), lent: for names in messages and listings.
  public Fd fd() {
    return directory;
  }

  @Override
  public void close() {
    directory.close();
  }
}
