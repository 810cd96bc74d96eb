package ropewalk.linux;

/// Words for memory: protections, kinds of mapping, advice, and memfd flags.
public final class Maps {
  private Maps() {}

  // ---- protections

  /// No access.
  public static final int PROT_NONE = 0;

  /// Reading.
  public static final int PROT_READ = 1;

  /// Writing.
  public static final int PROT_WRITE = 2;

  // ---- kinds

  /// Writes reach the file and everybody who maps it.
  public static final int MAP_SHARED = 0x01;

  /// Writes stay here.
  public static final int MAP_PRIVATE = 0x02;

  /// Exactly there, over whatever is there.
  public static final int MAP_FIXED = 0x10;

  /// No file: zeroes.
  public static final int MAP_ANONYMOUS = 0x20;

  /// Kept in memory; counts against RLIMIT_MEMLOCK.
  public static final int MAP_LOCKED = 0x2000;

  /// Promises no memory.
  public static final int MAP_NORESERVE = 0x4000;

  /// Touches all pages now.
  public static final int MAP_POPULATE = 0x8000;

  /// No meaning but a name.
  public static final int MAP_STACK = 0x20000;

  /// Huge pages from the reserved ones.
  public static final int MAP_HUGETLB = 0x40000;

  /// Exactly there, or -EEXIST.
  public static final int MAP_FIXED_NOREPLACE = 0x100000;

  // ---- advice

  /// No habit.
  public static final int MADV_NORMAL = 0;

  /// No readahead.
  public static final int MADV_RANDOM = 1;

  /// More readahead.
  public static final int MADV_SEQUENTIAL = 2;

  /// Starts reading.
  public static final int MADV_WILLNEED = 3;

  /// Drops the backing: the next touch finds a fresh page. Pages in flight stay what they were.
  public static final int MADV_DONTNEED = 4;

  /// As above, when memory runs short.
  public static final int MADV_FREE = 8;

  /// Punches a hole into the shared file behind the range.
  public static final int MADV_REMOVE = 9;

  /// A child does not get the range.
  public static final int MADV_DONTFORK = 10;

  /// A child gets the range.
  public static final int MADV_DOFORK = 11;

  /// Huge pages, please.
  public static final int MADV_HUGEPAGE = 14;

  /// Base pages, please.
  public static final int MADV_NOHUGEPAGE = 15;

  /// Not in core dumps.
  public static final int MADV_DONTDUMP = 16;

  /// Not needed soon.
  public static final int MADV_COLD = 20;

  /// Take it back now.
  public static final int MADV_PAGEOUT = 21;

  /// Touches all pages for reading.
  public static final int MADV_POPULATE_READ = 22;

  /// Touches all pages for writing.
  public static final int MADV_POPULATE_WRITE = 23;

  // ---- memfd

  /// Not inherited by programs that are executed.
  public static final int MFD_CLOEXEC = 0x01;

  /// Seals may be added.
  public static final int MFD_ALLOW_SEALING = 0x02;

  /// Of huge pages; splice cannot read those.
  public static final int MFD_HUGETLB = 0x04;

  /// Never executable, and sealable.
  public static final int MFD_NOEXEC_SEAL = 0x08;
}
