package ropewalk.file;

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

  /// As results say it.
  @Override
  public String toString() {
    return words;
  }
}
