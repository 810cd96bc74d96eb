package ropewalk.cache;

/// One opening of a file: the descriptor that came with it, and what it was opened for. All who
/// open one file share its [FileMap]; each has a holder of its own.
///
/// ```
///   Holder (reads)         ─┐
///   Holder (writes BACK)   ─┼──► FileMap (one per device and inode)
///   Holder (writes THROUGH)─┘
/// ```
///
/// *Gives*: [PageCache#open] makes it, [PageCache#release] ends it, once, after the last use of the
/// map by whoever opened it. What is not final is guarded by the lock of [Runs].
public final class Holder {
  private final FileMap map;
  private final Backing backing;
  private final Writing writing;
  private final boolean isWritable;

  /// Up to which error of [WriteErrors] it has been told.
  long told;

  /// Those who write back by its backing right now.
  int borrowers;

  /// Whoever opened it uses it no more.
  boolean hasLeft;

  Holder(FileMap map, Backing backing, Writing writing, boolean isWritable) {
    this.map = map;
    this.backing = backing;
    // What may not be written is asked of the kernel, which says why.
    this.writing = isWritable ? writing : Writing.THROUGH;
    this.isWritable = isWritable;
  }

  /// What is cached of the file.
  public FileMap map() {
    return map;
  }

  /// How this opening reads and writes the file itself.
  public Backing backing() {
    return backing;
  }

  /// Memory that the file has taken, if it is in memory only; else 0.
  public long memoryBytes() {
    return map.memory.bytes();
  }

  /// When its writes return.
  public Writing writing() {
    return writing;
  }

  /// Whether its backing can be written.
  public boolean isWritable() {
    return isWritable;
  }

  @Override
  public String toString() {
    return "Holder[" + backing + (isWritable ? " " + writing : " reads") + "]";
  }
}
