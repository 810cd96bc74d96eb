package ropewalk.file;

import java.io.IOException;
import java.nio.file.Path;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.Open;

/// What kept strangers, who write a file behind our back, out of the bytes that were read of it.
/// Strongest first. The result of a move and [CachedFile#guard] say which one held.
///
/// | guard | why nobody writes meanwhile | asked for by |
/// |---|---|---|
/// | SEALED | a memfd with the seals against writing and cutting | whoever sealed it |
/// | VERITY | fs-verity: the file system refuses every write for good | whoever enabled it |
/// | SNAPSHOT | a private reflink: the stranger writes to other blocks | [CacheOption#SNAPSHOT] |
/// | LEASE | a read lease: who opens the file to write waits for the end of our read | us, always |
/// | NONE | nobody keeps them out; a changed stamp is noticed, a write that is half done is not | |
public enum Guard {
  /// The file is a sealed memfd.
  SEALED("sealed"),

  /// The file is under fs-verity.
  VERITY("under fs-verity"),

  /// What is read is a private reflink of the file.
  SNAPSHOT("a private reflink"),

  /// All that was read was read under a read lease, and under one stamp.
  LEASE("read under a lease"),

  /// Best effort: the stamp was the same after each read.
  NONE("unguarded");

  private final String words;

  Guard(String words) {
    this.words = words;
  }

  /// Whether the bytes are certain to be of one state of the file.
  public boolean isProof() {
    return this != NONE;
  }

  /// Tries which guard the file at `path` would have, read through the cache now, and gives it
  /// back; in words, with the reason if there is none.
  public static String explain(Engine engine, Path path) throws IOException {
    int flags = Open.O_RDONLY | Open.O_NONBLOCK | Open.O_NOCTTY;
    try (Fd fd = Opening.open(engine, Open.AT_FDCWD, path.toString(), flags, 0, 0)) {
      Guarding guarding = Guarding.of(fd);
      boolean isHeld = guarding.begin().end();
      Guard guard = guarding.guard(isHeld);
      String why = guarding.whyNone();
      return guard.isProof() || why.isEmpty() ? guard.toString() : guard + ": " + why;
    }
  }

  /// As results say it.
  @Override
  public String toString() {
    return words;
  }
}
