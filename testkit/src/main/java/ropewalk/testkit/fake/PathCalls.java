package ropewalk.testkit.fake;

import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Maps;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Statx;
import ropewalk.testkit.fake.FakeDisk.Resolved;

/// The calls that take names.
final class PathCalls {
  private static final int DEVICE = 7;

  private final World world;
  private final FakeDisk disk;

  PathCalls(World world) {
    this.world = world;
    this.disk = world.disk;
  }

  public int openat2(int dirfd, String path, int flags, int mode, int resolve) {
    Resolved at = at(dirfd, path, resolve);
    if (at.errno() != 0) {
      return -at.errno();
    }
    FakeFile file = disk.get(at.path());
    int writes = flags & Open.O_ACCMODE;
    if ((flags & Open.O_TMPFILE) == Open.O_TMPFILE) {
      if (file == null || !file.directory) {
        return file == null ? -Errno.ENOENT : -Errno.ENOTDIR;
      }
      return world.open(new OpenFile(disk.create(false), "", flags));
    }
    if (file == null) {
      if ((flags & Open.O_CREAT) == 0) {
        return -Errno.ENOENT;
      }
      if (path.endsWith("/")) {
        return -Errno.EISDIR;
      }
      file = disk.create(false);
      int fd = world.open(new OpenFile(file, at.path(), flags));
      if (fd >= 0) {
        disk.link(at.path(), file);
      }
      return fd;
    }
    if ((flags & Open.O_CREAT) != 0 && (flags & Open.O_EXCL) != 0) {
      return -Errno.EEXIST;
    }
    if (file.directory && (writes != Open.O_RDONLY || (flags & Open.O_CREAT) != 0)) {
      return -Errno.EISDIR;
    }
    if (!file.directory && (flags & Open.O_DIRECTORY) != 0) {
      return -Errno.ENOTDIR;
    }
    if (file.socket != null) {
      return -Errno.ENXIO;
    }
    int fd = world.open(new OpenFile(file, at.path(), flags));
    if (fd >= 0 && (flags & Open.O_TRUNC) != 0 && writes != Open.O_RDONLY) {
      file.truncate(0);
    }
    return fd;
  }

  public int memfdCreate(String name, int flags) {
    FakeFile file = disk.create(false);
    file.seals = (flags & Maps.MFD_ALLOW_SEALING) == 0 ? Fcntl.F_SEAL_SEAL : 0;
    return world.open(new OpenFile(file, "", Open.O_RDWR));
  }

  public int unlinkat(int dirfd, String path, int flags) {
    Resolved at = at(dirfd, path, 0);
    FakeFile file = at.errno() == 0 ? disk.get(at.path()) : null;
    if (file == null) {
      return at.errno() == 0 ? -Errno.ENOENT : -at.errno();
    }
    boolean wantsDirectory = (flags & Open.AT_REMOVEDIR) != 0;
    if (wantsDirectory != file.directory) {
      return wantsDirectory ? -Errno.ENOTDIR : -Errno.EISDIR;
    }
    if (file.directory && !disk.isEmpty(at.path())) {
      return -Errno.ENOTEMPTY;
    }
    disk.unlink(at.path(), file);
    return 0;
  }

  public int renameat2(int dirfdOld, String pathOld, int dirfdNew, String pathNew, int flags) {
    Resolved from = at(dirfdOld, pathOld, 0);
    Resolved to = at(dirfdNew, pathNew, 0);
    if (from.errno() != 0 || to.errno() != 0) {
      return from.errno() != 0 ? -from.errno() : -to.errno();
    }
    FakeFile file = disk.get(from.path());
    FakeFile over = disk.get(to.path());
    if (file == null) {
      return -Errno.ENOENT;
    }
    if ((flags & FileFlags.RENAME_EXCHANGE) != 0) {
      return -Errno.EINVAL; // not made up yet, as on file systems without it
    }
    if (over != null && (flags & FileFlags.RENAME_NOREPLACE) != 0) {
      return -Errno.EEXIST;
    }
    if (over == file) {
      return 0;
    }
    if (over != null && over.directory != file.directory) {
      return over.directory ? -Errno.EISDIR : -Errno.ENOTDIR;
    }
    if (over != null && over.directory && !disk.isEmpty(to.path())) {
      return -Errno.ENOTEMPTY;
    }
    if (file.directory && to.path().startsWith(from.path() + "/")) {
      return -Errno.EINVAL;
    }
    if (over != null) {
      over.links--;
    }
    disk.rename(from.path(), to.path());
    return 0;
  }

  public int linkat(int dirfdOld, String pathOld, int dirfdNew, String pathNew, int flags) {
    FakeFile file = file(dirfdOld, pathOld, flags);
    if (file == null) {
      return -Errno.ENOENT;
    }
    if (file.directory) {
      return -Errno.EPERM;
    }
    Resolved to = at(dirfdNew, pathNew, 0);
    if (to.errno() != 0) {
      return -to.errno();
    }
    if (disk.get(to.path()) != null) {
      return -Errno.EEXIST;
    }
    disk.link(to.path(), file);
    return 0;
  }

  public int statx(int dirfd, String path, int flags, int mask, long address) {
    if (path.isEmpty() && (flags & Open.AT_EMPTY_PATH) != 0) {
      Description description = world.get(dirfd);
      if (description == null) {
        return -Errno.EBADF;
      }
      fill(address, description instanceof OpenFile open ? open.file : null, description.type());
      return 0;
    }
    Resolved at = at(dirfd, path, 0);
    FakeFile file = at.errno() == 0 ? disk.get(at.path()) : null;
    if (file == null) {
      return at.errno() == 0 ? -Errno.ENOENT : -at.errno();
    }
    int type = file.directory ? Statx.S_IFDIR : Statx.S_IFREG;
    fill(address, file, file.socket == null ? type : Statx.S_IFSOCK);
    return 0;
  }

  private void fill(long address, @Nullable FakeFile file, int type) {
    Memory.segment(address, Statx.SIZE).fill((byte) 0);
    put(address + Statx.MASK, Statx.STATX_BASIC_STATS | Statx.STATX_DIOALIGN);
    put(address + Statx.DIO_MEM_ALIGN, world.directBlock);
    put(address + Statx.DIO_OFFSET_ALIGN, world.directBlock);
    put(address + Statx.BLKSIZE, Description.PAGE);
    put(address + Statx.DEV_MINOR, DEVICE);
    Memory.ALL.set(ValueLayout.JAVA_SHORT, address + Statx.MODE, (short) (type | 0644));
    if (file != null) {
      put(address + Statx.NLINK, file.links);
      Memory.ALL.set(ValueLayout.JAVA_LONG, address + Statx.INO, file.ino);
      Memory.ALL.set(ValueLayout.JAVA_LONG, address + Statx.SIZE_OF_FILE, file.size());
      Memory.ALL.set(ValueLayout.JAVA_LONG, address + Statx.BLOCKS, file.pageCount() * 8);
      Memory.ALL.set(ValueLayout.JAVA_LONG, address + Statx.MTIME, file.version);
      Memory.ALL.set(ValueLayout.JAVA_LONG, address + Statx.CTIME, file.version);
    }
  }

  private static void put(long address, int value) {
    Memory.ALL.set(ValueLayout.JAVA_INT, address, value);
  }

  private @Nullable FakeFile file(int dirfd, String path, int flags) {
    if (path.isEmpty() && (flags & Open.AT_EMPTY_PATH) != 0) {
      return world.get(dirfd) instanceof OpenFile open ? open.file : null;
    }
    if (path.startsWith("/proc/self/fd/")) {
      int fd = Integer.parseInt(path.substring("/proc/self/fd/".length()));
      return world.get(fd) instanceof OpenFile open ? open.file : null;
    }
    Resolved at = at(dirfd, path, 0);
    return at.errno() == 0 ? disk.get(at.path()) : null;
  }

  private Resolved at(int dirfd, String path, int resolve) {
    if (path.indexOf('\0') >= 0) {
      return Resolved.failed(Errno.EINVAL);
    }
    String base = "/";
    if (dirfd != Open.AT_FDCWD && (!path.startsWith("/") || resolve != 0)) {
      Description directory = world.get(dirfd);
      if (directory == null) {
        return Resolved.failed(Errno.EBADF);
      }
      if (!(directory instanceof OpenFile open) || !open.file.directory) {
        return Resolved.failed(Errno.ENOTDIR);
      }
      base = open.path;
    }
    return disk.resolve(base, path, resolve);
  }
}
