package ropewalk.linux;

/// Words for opening: `O_*` flags, `RESOLVE_*` rules and `AT_*` bases. Flags that differ between
/// machines are taken from [Abi].
public final class Open {
  private Open() {}

  // ---- how

  /// Reads only.
  public static final int O_RDONLY = 0;

  /// Writes only.
  public static final int O_WRONLY = 1;

  /// Reads and writes.
  public static final int O_RDWR = 2;

  /// The bits that say which of the three.
  public static final int O_ACCMODE = 3;

  /// Creates the file when it is not there.
  public static final int O_CREAT = 0x40;

  /// With [#O_CREAT]: fails when it is there.
  public static final int O_EXCL = 0x80;

  /// Never becomes the controlling terminal.
  public static final int O_NOCTTY = 0x100;

  /// Empties the file.
  public static final int O_TRUNC = 0x200;

  /// Every write goes to the end.
  public static final int O_APPEND = 0x400;

  /// Answers -EAGAIN instead of waiting; also keeps an open of a pipe from waiting.
  public static final int O_NONBLOCK = 0x800;

  /// Each write waits as for fdatasync.
  public static final int O_DSYNC = 0x1000;

  /// Each write waits as for fsync.
  public static final int O_SYNC = 0x101000;

  /// Past the page cache; for pipes: packets.
  public static final int O_DIRECT = Abi.O_DIRECT;

  /// Set by the kernel itself on 64-bit machines; it shows up in F_GETFL.
  public static final int O_LARGEFILE = Abi.O_LARGEFILE;

  /// Fails unless it is a directory.
  public static final int O_DIRECTORY = Abi.O_DIRECTORY;

  /// Fails when the last part is a symbolic link.
  public static final int O_NOFOLLOW = Abi.O_NOFOLLOW;

  /// Leaves the access time alone; owner only.
  public static final int O_NOATIME = 0x40000;

  /// Not inherited by programs that are executed.
  public static final int O_CLOEXEC = 0x80000;

  /// Only a place in the tree: no I/O.
  public static final int O_PATH = 0x200000;

  /// A file without a name in the given directory.
  public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

  // ---- resolve rules of openat2

  /// Never crosses a mount.
  public static final int RESOLVE_NO_XDEV = 0x01;

  /// Never follows the links of /proc.
  public static final int RESOLVE_NO_MAGICLINKS = 0x02;

  /// Never follows a symbolic link.
  public static final int RESOLVE_NO_SYMLINKS = 0x04;

  /// Never leaves the directory: -EXDEV.
  public static final int RESOLVE_BENEATH = 0x08;

  /// Takes the directory for the root.
  public static final int RESOLVE_IN_ROOT = 0x10;

  /// Answers -EAGAIN when the disk would have to be asked.
  public static final int RESOLVE_CACHED = 0x20;

  // ---- bases and their flags

  /// The working directory as a base.
  public static final int AT_FDCWD = -100;

  /// Asks about the link itself.
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;

  /// Removes a directory.
  public static final int AT_REMOVEDIR = 0x200;

  /// Follows the last link, where that is not the habit.
  public static final int AT_SYMLINK_FOLLOW = 0x400;

  /// Mounts nothing on the way.
  public static final int AT_NO_AUTOMOUNT = 0x800;

  /// An empty path means the base itself.
  public static final int AT_EMPTY_PATH = 0x1000;

  /// Asks the server for what it knows now.
  public static final int AT_STATX_FORCE_SYNC = 0x2000;

  /// Is content with what is known here.
  public static final int AT_STATX_DONT_SYNC = 0x4000;
}
