package ropewalk.linux;

/// Words for what is done with an open file: seeking, allocating, advice, renaming, single reads
/// and writes, and the file system's ioctls.
public final class FileFlags {
  private FileFlags() {}

  // ---- lseek

  /// From the start.
  public static final int SEEK_SET = 0;

  /// From the descriptor's own position.
  public static final int SEEK_CUR = 1;

  /// From the end.
  public static final int SEEK_END = 2;

  /// To the next data at or after the offset; -ENXIO when there is none.
  public static final int SEEK_DATA = 3;

  /// To the next hole at or after the offset; the end counts as one.
  public static final int SEEK_HOLE = 4;

  // ---- fallocate

  /// Allocates beyond the end without moving it.
  public static final int FALLOC_FL_KEEP_SIZE = 0x01;

  /// Drops the range; goes with [#FALLOC_FL_KEEP_SIZE].
  public static final int FALLOC_FL_PUNCH_HOLE = 0x02;

  /// Takes the range out and closes the gap.
  public static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;

  /// Makes the range read as zeroes, allocated.
  public static final int FALLOC_FL_ZERO_RANGE = 0x10;

  /// Pushes the rest back and leaves a hole.
  public static final int FALLOC_FL_INSERT_RANGE = 0x20;

  // ---- advice

  /// No habit.
  public static final int POSIX_FADV_NORMAL = 0;

  /// No readahead, please.
  public static final int POSIX_FADV_RANDOM = 1;

  /// More readahead, please.
  public static final int POSIX_FADV_SEQUENTIAL = 2;

  /// Starts reading the range.
  public static final int POSIX_FADV_WILLNEED = 3;

  /// Drops clean pages of the range from the kernel's cache.
  public static final int POSIX_FADV_DONTNEED = 4;

  /// Once is enough.
  public static final int POSIX_FADV_NOREUSE = 5;

  // ---- renaming

  /// Fails with -EEXIST when the new name is taken.
  public static final int RENAME_NOREPLACE = 0x1;

  /// Swaps the two.
  public static final int RENAME_EXCHANGE = 0x2;

  // ---- single reads and writes

  /// Polls for the completion.
  public static final int RWF_HIPRI = 0x01;

  /// This write waits as for fdatasync.
  public static final int RWF_DSYNC = 0x02;

  /// This write waits as for fsync.
  public static final int RWF_SYNC = 0x04;

  /// Answers -EAGAIN instead of waiting for the disk.
  public static final int RWF_NOWAIT = 0x08;

  /// This write goes to the end.
  public static final int RWF_APPEND = 0x10;

  /// This write goes to its offset in spite of O_APPEND.
  public static final int RWF_NOAPPEND = 0x20;

  /// All or nothing, within the limits that statx tells.
  public static final int RWF_ATOMIC = 0x40;

  /// Leaves nothing behind in the kernel's cache.
  public static final int RWF_DONTCACHE = 0x80;

  // ---- ioctls

  /// Shares all blocks of the file whose descriptor is the argument.
  public static final int FICLONE = 0x40049409;

  /// Shares a range; the argument is a struct file_clone_range.
  public static final int FICLONERANGE = 0x4020940d;

  /// The bytes of a block device, into the long at the argument.
  public static final long BLKGETSIZE64 = 0x80081272L;

  /// The logical block size, into the int at the argument.
  public static final int BLKSSZGET = 0x1268;

  /// Bytes that can be read now, into the int at the argument.
  public static final int FIONREAD = 0x541b;
}
