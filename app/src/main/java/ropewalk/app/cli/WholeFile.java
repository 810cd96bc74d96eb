package ropewalk.app.cli;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ThreadLocalRandom;

/// A file that appears under its name only when it is whole: written beside, then renamed.
///
/// ```
///   beside ──keep──> target              the move is done
///      └───close───> (removed)           it failed, or a signal ends the process
/// ```
///
/// A link is followed, so that the file that it points to is replaced and the link stays. Who may
/// read and write the new file is what it was for the old one.
final class WholeFile implements AutoCloseable {
  private final Path target;
  private final Path beside;
  private final OnSignal onSignal = OnSignal.run(this::remove);
  private boolean isOver;

  private WholeFile(Path target, Path beside) {
    this.target = target;
    this.beside = beside;
  }

  /// Plans to write `name`; nothing is created yet.
  static WholeFile beside(Path name) throws IOException {
    Path target = Files.exists(name) ? name.toRealPath() : name.toAbsolutePath();
    // Unique among copies that run at once; the caller creates it exclusively.
    String unique = Long.toString(ThreadLocalRandom.current().nextLong() >>> 16, 36);
    return new WholeFile(
        target, target.resolveSibling("." + target.getFileName() + ".partial-" + unique));
  }

  /// Where to write.
  Path path() {
    return beside;
  }

  /// All is there: puts the file under its name.
  synchronized void keep() throws IOException {
    if (isOver) {
      throw new IOException("'%s' was given up before it was whole".formatted(target));
    }
    if (Files.exists(target)) {
      Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(target));
    }
    try {
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("rename('%s', '%s'): %s".formatted(beside, target, e.getReason()), e);
    }
    isOver = true;
  }

  /// Removes what was written unless it was kept.
  @Override
  public void close() {
    remove();
    onSignal.close();
  }

  /// From here on nothing can be kept: whoever comes late finds it over.
  private synchronized void remove() {
    if (!isOver) {
      isOver = true;
      try {
        Files.deleteIfExists(beside);
      } catch (IOException e) {
        System.err.println("ropewalk: could not remove " + beside + ": " + e.getMessage());
      }
    }
  }

  /// True if `name` is, or would be, a regular file: anything else (a device, a FIFO) is written as
  /// it is, since there is nothing to rename.
  static boolean fits(Path name) throws IOException {
    return !Files.exists(name) || Files.isRegularFile(name);
  }
}
