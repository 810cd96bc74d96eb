package ropewalk.testkit.fake;

import java.lang.foreign.ValueLayout;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;

/// The calls on a descriptor that move no bytes.
final class FileCalls {
  private static final int SETTABLE = Open.O_NONBLOCK | Open.O_APPEND | Open.O_DIRECT;

  private final World world;

  FileCalls(World world) {
    this.world = world;
  }

  public int close(int fd) {
    return world.close(fd);
  }

  public long lseek(int fd, long offset, int whence) {
    if (!(world.get(fd) instanceof OpenFile open)) {
      return world.get(fd) == null ? -Errno.EBADF : -Errno.ESPIPE;
    }
    long to =
        switch (whence) {
          case FileFlags.SEEK_SET -> offset;
          case FileFlags.SEEK_CUR -> open.position + offset;
          case FileFlags.SEEK_END -> open.file.size() + offset;
          case FileFlags.SEEK_DATA -> open.file.seek(offset, true);
          case FileFlags.SEEK_HOLE -> open.file.seek(offset, false);
          default -> Long.MIN_VALUE;
        };
    if (to < 0) {
      boolean beyond = whence == FileFlags.SEEK_DATA || whence == FileFlags.SEEK_HOLE;
      return beyond ? -Errno.ENXIO : -Errno.EINVAL;
    }
    open.position = to;
    return to;
  }

  public int ftruncate(int fd, long length) {
    if (world.get(fd) == null) {
      return -Errno.EBADF;
    }
    if (!(world.get(fd) instanceof OpenFile open) || length < 0 || !open.canWrite()) {
      return -Errno.EINVAL;
    }
    int seal = length < open.file.size() ? Fcntl.F_SEAL_SHRINK : Fcntl.F_SEAL_GROW;
    if (length != open.file.size() && (open.file.seals & seal) != 0) {
      return -Errno.EPERM;
    }
    open.file.truncate(length);
    return 0;
  }

  public int fallocate(int fd, int mode, long offset, long length) {
    if (!(world.get(fd) instanceof OpenFile open) || !open.canWrite()) {
      return world.get(fd) == null || world.get(fd) instanceof OpenFile
          ? -Errno.EBADF
          : -Errno.ESPIPE;
    }
    if (offset < 0 || length <= 0) {
      return -Errno.EINVAL;
    }
    boolean keep = (mode & FileFlags.FALLOC_FL_KEEP_SIZE) != 0;
    int kind = mode & ~FileFlags.FALLOC_FL_KEEP_SIZE;
    if (kind != 0 && kind != FileFlags.FALLOC_FL_PUNCH_HOLE) {
      return -Errno.EOPNOTSUPP;
    }
    if (kind == FileFlags.FALLOC_FL_PUNCH_HOLE) {
      if (!keep) {
        return -Errno.EOPNOTSUPP;
      }
      open.file.punch(offset, length);
    } else if (!keep && offset + length > open.file.size()) {
      open.file.truncate(offset + length);
    }
    return 0;
  }

  public int fsync(int fd) {
    if (!(world.get(fd) instanceof OpenFile open)) {
      return world.get(fd) == null ? -Errno.EBADF : -Errno.EINVAL;
    }
    return world.sync(open.file);
  }

  public int fdatasync(int fd) {
    return fsync(fd);
  }

  public int fadvise(int fd, long offset, long length, int advice) {
    return world.get(fd) == null
        ? -Errno.EBADF
        : world.get(fd) instanceof OpenFile ? 0 : -Errno.ESPIPE;
  }

  public int fcntl(int fd, int command, long argument) {
    Description description = world.get(fd);
    if (description == null) {
      return -Errno.EBADF;
    }
    return switch (command) {
      case Fcntl.F_GETFL -> description.flags & ~(Open.O_CLOEXEC | Open.O_CREAT | Open.O_TRUNC);
      case Fcntl.F_SETFL -> {
        if ((argument & Open.O_DIRECT) != 0 && world.directBlock == 0) {
          yield -Errno.EINVAL;
        }
        description.flags = (description.flags & ~SETTABLE) | ((int) argument & SETTABLE);
        yield 0;
      }
      case Fcntl.F_GETFD -> Fcntl.FD_CLOEXEC;
      case Fcntl.F_SETFD -> 0;
      case Fcntl.F_DUPFD, Fcntl.F_DUPFD_CLOEXEC -> world.open(description, (int) argument);
      case Fcntl.F_GETPIPE_SZ, Fcntl.F_SETPIPE_SZ -> pipeSize(description, command, argument);
      case Fcntl.F_GET_SEALS, Fcntl.F_ADD_SEALS -> seals(description, command, (int) argument);
      case Fcntl.F_GETLEASE, Fcntl.F_SETLEASE -> lease(description, command, (int) argument);
      default -> -Errno.EINVAL;
    };
  }

  private static int pipeSize(Description description, int command, long bytes) {
    if (!FakePipe.isEnd(description)) {
      return -Errno.EBADF;
    }
    FakePipe pipe = FakePipe.of(description);
    return command == Fcntl.F_GETPIPE_SZ ? pipe.capacityBytes() : pipe.resize(bytes);
  }

  private static int seals(Description description, int command, int more) {
    if (!(description instanceof OpenFile open)) {
      return -Errno.EINVAL;
    }
    if (command == Fcntl.F_GET_SEALS) {
      return open.file.seals;
    }
    if ((open.file.seals & Fcntl.F_SEAL_SEAL) != 0) {
      return -Errno.EPERM;
    }
    open.file.seals |= more;
    return 0;
  }

  /// A read lease is granted when nobody has the file open for writing.
  private static int lease(Description description, int command, int wanted) {
    if (!(description instanceof OpenFile open)) {
      return -Errno.EINVAL;
    }
    if (command == Fcntl.F_GETLEASE) {
      return open.lease;
    }
    if (wanted == Fcntl.F_RDLCK && open.file.writers > 0) {
      return -Errno.EAGAIN;
    }
    if (wanted == Fcntl.F_WRLCK) {
      return -Errno.EAGAIN;
    }
    open.lease = wanted;
    return 0;
  }

  public int ioctl(int fd, long request, long argument) {
    Description description = world.get(fd);
    if (description == null) {
      return -Errno.EBADF;
    }
    if (request == FileFlags.FIONREAD) {
      Memory.ALL.set(ValueLayout.JAVA_INT, argument, (int) description.waiting());
      return 0;
    }
    return -Errno.ENOTTY;
  }
}
