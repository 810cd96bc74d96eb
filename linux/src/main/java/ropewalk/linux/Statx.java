package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/// What a file is: `struct statx`. A time is 64 bits of seconds and 32 of nanoseconds.
///
/// ```
///     0  mask         blksize      | attributes
///    16  nlink        uid          | gid          mode
///    32  ino                       | size
///    48  blocks                    | attributes mask
///    64  atime                     |
///    80  btime                     |
///    96  ctime                     |
///   112  mtime                     |
///   128  rdev major   rdev minor   | dev major    dev minor
///   144  mnt id                    | dio mem align   dio offset align
///   160  ...            (176, 180: dio read offset align) ... 256
/// ```
public final class Statx {
  /// Bytes of all, room for later fields included.
  public static final int SIZE = 256;

  /// Offset: which of the fields below were filled in.
  public static final int MASK = 0;

  /// Offset: bytes the file system likes to move at once.
  public static final int BLKSIZE = 4;

  /// Offset: `STATX_ATTR_*` that hold.
  public static final int ATTRIBUTES = 8;

  /// Offset: names of the file.
  public static final int NLINK = 16;

  /// Offset: its owner.
  public static final int UID = 20;

  /// Offset: its group.
  public static final int GID = 24;

  /// Offset: its type and permissions.
  public static final int MODE = 28;

  /// Offset: its number in its file system.
  public static final int INO = 32;

  /// Offset: its bytes.
  public static final int SIZE_OF_FILE = 40;

  /// Offset: its blocks of 512 bytes that are allocated.
  public static final int BLOCKS = 48;

  /// Offset: `STATX_ATTR_*` that this file system knows.
  public static final int ATTRIBUTES_MASK = 56;

  /// Offset: last read.
  public static final int ATIME = 64;

  /// Offset: birth.
  public static final int BTIME = 80;

  /// Offset: last change of anything.
  public static final int CTIME = 96;

  /// Offset: last write.
  public static final int MTIME = 112;

  /// Offset: which device it is.
  public static final int RDEV_MAJOR = 128;

  /// Offset: which device it is.
  public static final int RDEV_MINOR = 132;

  /// Offset: which device it is on.
  public static final int DEV_MAJOR = 136;

  /// Offset: which device it is on.
  public static final int DEV_MINOR = 140;

  /// Offset: which mount it was found by.
  public static final int MNT_ID = 144;

  /// Offset: bytes that memory must be aligned to for O_DIRECT; 0: not possible.
  public static final int DIO_MEM_ALIGN = 152;

  /// Offset: bytes that offsets and lengths must be aligned to for O_DIRECT; 0: not possible.
  public static final int DIO_OFFSET_ALIGN = 156;

  /// Offset: the same for reads alone; 0: as for writes.
  public static final int DIO_READ_OFFSET_ALIGN = 180;

  // ---- what to ask for

  /// The type in the mode.
  public static final int STATX_TYPE = 0x1;

  /// The permissions in the mode.
  public static final int STATX_MODE = 0x2;

  /// The last write.
  public static final int STATX_MTIME = 0x40;

  /// The last change.
  public static final int STATX_CTIME = 0x80;

  /// The number.
  public static final int STATX_INO = 0x100;

  /// The bytes.
  public static final int STATX_SIZE = 0x200;

  /// The blocks.
  public static final int STATX_BLOCKS = 0x400;

  /// All that stat knows.
  public static final int STATX_BASIC_STATS = 0x7ff;

  /// The birth.
  public static final int STATX_BTIME = 0x800;

  /// The mount.
  public static final int STATX_MNT_ID = 0x1000;

  /// The alignment of direct I/O.
  public static final int STATX_DIOALIGN = 0x2000;

  /// The alignment of direct reads.
  public static final int STATX_DIO_READ_ALIGN = 0x20000;

  /// The type's bits in the mode.
  public static final int S_IFMT = 0xf000;

  /// A socket.
  public static final int S_IFSOCK = 0xc000;

  /// A symbolic link.
  public static final int S_IFLNK = 0xa000;

  /// A file.
  public static final int S_IFREG = 0x8000;

  /// A block device.
  public static final int S_IFBLK = 0x6000;

  /// A directory.
  public static final int S_IFDIR = 0x4000;

  /// A character device.
  public static final int S_IFCHR = 0x2000;

  /// A pipe.
  public static final int S_IFIFO = 0x1000;

  /// fs-verity guards it: its bytes can't change.
  public static final int STATX_ATTR_VERITY = 0x100000;

  private Statx() {}

  /// Which of the fields below were filled in.
  public static int mask(long address) {
    return Memory.ALL.get(JAVA_INT, address + MASK);
  }

  /// Bytes the file system likes to move at once.
  public static int blockSize(long address) {
    return Memory.ALL.get(JAVA_INT, address + BLKSIZE);
  }

  /// `STATX_ATTR_*` that hold.
  public static long attributes(long address) {
    return Memory.ALL.get(JAVA_LONG, address + ATTRIBUTES);
  }

  /// Names of the file.
  public static int nlink(long address) {
    return Memory.ALL.get(JAVA_INT, address + NLINK);
  }

  /// Its owner.
  public static int uid(long address) {
    return Memory.ALL.get(JAVA_INT, address + UID);
  }

  /// Its group.
  public static int gid(long address) {
    return Memory.ALL.get(JAVA_INT, address + GID);
  }

  /// Its type and permissions.
  public static int mode(long address) {
    return Short.toUnsignedInt(Memory.ALL.get(JAVA_SHORT, address + MODE));
  }

  /// Its number in its file system.
  public static long ino(long address) {
    return Memory.ALL.get(JAVA_LONG, address + INO);
  }

  /// Its bytes.
  public static long size(long address) {
    return Memory.ALL.get(JAVA_LONG, address + SIZE_OF_FILE);
  }

  /// Its blocks of 512 bytes that are allocated.
  public static long blocks(long address) {
    return Memory.ALL.get(JAVA_LONG, address + BLOCKS);
  }

  /// Which device it is.
  public static int rdevMajor(long address) {
    return Memory.ALL.get(JAVA_INT, address + RDEV_MAJOR);
  }

  /// Which device it is.
  public static int rdevMinor(long address) {
    return Memory.ALL.get(JAVA_INT, address + RDEV_MINOR);
  }

  /// Which device it is on.
  public static int devMajor(long address) {
    return Memory.ALL.get(JAVA_INT, address + DEV_MAJOR);
  }

  /// Which device it is on.
  public static int devMinor(long address) {
    return Memory.ALL.get(JAVA_INT, address + DEV_MINOR);
  }

  /// Which mount it was found by.
  public static long mountId(long address) {
    return Memory.ALL.get(JAVA_LONG, address + MNT_ID);
  }

  /// Bytes that memory must be aligned to for O_DIRECT; 0: not possible.
  public static int dioMemAlign(long address) {
    return Memory.ALL.get(JAVA_INT, address + DIO_MEM_ALIGN);
  }

  /// Bytes that offsets and lengths must be aligned to for O_DIRECT; 0: not possible.
  public static int dioOffsetAlign(long address) {
    return Memory.ALL.get(JAVA_INT, address + DIO_OFFSET_ALIGN);
  }

  /// The same for reads alone; 0: as for writes.
  public static int dioReadOffsetAlign(long address) {
    return Memory.ALL.get(JAVA_INT, address + DIO_READ_OFFSET_ALIGN);
  }

  /// The seconds of the time at offset `time` ([#MTIME], [#CTIME], ...), since 1970.
  public static long seconds(long address, int time) {
    return Memory.ALL.get(JAVA_LONG, address + time);
  }

  /// The nanoseconds of the time at offset `time`.
  public static int nanos(long address, int time) {
    return Memory.ALL.get(JAVA_INT, address + time + Long.BYTES);
  }

  /// Whether the mode says that it is of `type`: [#S_IFREG], [#S_IFDIR], ...
  public static boolean isType(long address, int type) {
    return (mode(address) & S_IFMT) == type;
  }

  /// Whether it is a plain file.
  public static boolean isRegular(long address) {
    return isType(address, S_IFREG);
  }

  /// Whether it is a directory.
  public static boolean isDirectory(long address) {
    return isType(address, S_IFDIR);
  }
}
