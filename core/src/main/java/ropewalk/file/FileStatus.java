package ropewalk.file;

import java.io.IOException;
import ropewalk.cache.Stamp;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.FileSize;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;
import ropewalk.linux.Syscalls;

/// What statx(2) says about an open descriptor or a name.
///
/// @param mode type and permissions, as in `stx_mode`
/// @param stamp what changes when the bytes do
public record FileStatus(int mode, Stamp stamp) {
  /// The permission bits that open and chmod take.
  private static final int PERMISSIONS = 0xfff;

  /// What statx counts in, whatever the file system's blocks are.
  private static final long BLOCK = 512;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /// Asks about an open descriptor. A local call that takes about a microsecond and waits for no
  /// disk: the inode of an open file is in memory.
  public static FileStatus of(Fd fd) throws IOException {
    int number = fd.enter();
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      Syscalls syscalls = fd.syscalls();
      int result =
          syscalls.statx(
              number, "", Open.AT_EMPTY_PATH, Statx.STATX_BASIC_STATS, scratch.address());
      LinuxException.check(result, "statx", "fd", fd);
      return read(scratch.address(), sizeOf(fd, number, scratch.address()));
    } finally {
      fd.exit();
    }
  }

  private static long sizeOf(Fd fd, int number, long statx) throws IOException {
    return LinuxException.check(
        FileSize.of(fd.syscalls(), number, statx), "ioctl", "fd", fd, "request", "BLKGETSIZE64");
  }

  /// Asks about a name, following links; may wait for a disk. A block device has to be opened to
  /// say its size; here it has none.
  ///
  /// @throws LinuxException ENOENT if nothing is there, ENOTDIR, EACCES, ELOOP...
  public static FileStatus of(Engine engine, String path) throws IOException {
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      long result =
          engine.blocking(
              () ->
                  engine
                      .syscalls()
                      .statx(Open.AT_FDCWD, path, 0, Statx.STATX_BASIC_STATS, scratch.address()));
      LinuxException.check(result, "statx", "path", path);
      return read(scratch.address());
    }
  }

  /// Whether fewer bytes of the file behind `fd` are allocated than it has: it has holes, or is
  /// compressed.
  static boolean isSparse(Fd fd) throws IOException {
    int number = fd.enter();
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      int result =
          fd.syscalls()
              .statx(number, "", Open.AT_EMPTY_PATH, Statx.STATX_BASIC_STATS, scratch.address());
      LinuxException.check(result, "statx", "fd", fd);
      long address = scratch.address();
      return Statx.blocks(address) * BLOCK < Statx.size(address);
    } finally {
      fd.exit();
    }
  }

  /// Reads the struct that the kernel has filled in at `address`.
  static FileStatus read(long address) {
    return read(address, Statx.size(address));
  }

  /// A block device is the same file under each of its names: it goes by its own number, which is
  /// made negative, as no file system's is.
  private static FileStatus read(long address, long size) {
    boolean isBlock = Statx.isType(address, Statx.S_IFBLK);
    long dev =
        isBlock
            ? ~device(Statx.rdevMajor(address), Statx.rdevMinor(address))
            : device(Statx.devMajor(address), Statx.devMinor(address));
    return new FileStatus(
        Statx.mode(address),
        new Stamp(
            dev,
            isBlock ? 0 : Statx.ino(address),
            size,
            nanos(address, Statx.MTIME),
            nanos(address, Statx.CTIME)));
  }

  private static long device(int major, int minor) {
    return ((long) major << Integer.SIZE) | Integer.toUnsignedLong(minor);
  }

  private static long nanos(long address, int time) {
    return Statx.seconds(address, time) * NANOS_PER_SECOND + Statx.nanos(address, time);
  }

  /// Bytes to the end of the file.
  public long size() {
    return stamp.size();
  }

  /// What chmod would take.
  public int permissions() {
    return mode & PERMISSIONS;
  }

  /// A file with positions and an end.
  public boolean isRegular() {
    return (mode & Statx.S_IFMT) == Statx.S_IFREG;
  }

  /// A disk, or what passes for one.
  public boolean isBlockDevice() {
    return (mode & Statx.S_IFMT) == Statx.S_IFBLK;
  }

  /// A directory.
  public boolean isDirectory() {
    return (mode & Statx.S_IFMT) == Statx.S_IFDIR;
  }

  /// A pipe or FIFO.
  public boolean isPipe() {
    return (mode & Statx.S_IFMT) == Statx.S_IFIFO;
  }

  /// A socket.
  public boolean isSocket() {
    return (mode & Statx.S_IFMT) == Statx.S_IFSOCK;
  }

  /// A terminal or another device that is a stream of bytes.
  public boolean isCharacterDevice() {
    return (mode & Statx.S_IFMT) == Statx.S_IFCHR;
  }

  /// What the file is, in a word for messages.
  public String kind() {
    return switch (mode & Statx.S_IFMT) {
      case Statx.S_IFREG -> "regular file";
      case Statx.S_IFDIR -> "directory";
      case Statx.S_IFIFO -> "FIFO";
      case Statx.S_IFSOCK -> "socket";
      case Statx.S_IFCHR -> "character device";
      case Statx.S_IFBLK -> "block device";
      case Statx.S_IFLNK -> "symbolic link";
      default -> "file of unknown type";
    };
  }
}
