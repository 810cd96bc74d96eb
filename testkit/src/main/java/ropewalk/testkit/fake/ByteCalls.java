package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Open;
import ropewalk.linux.Sockets;

/// The calls that copy between memory and a descriptor.
final class ByteCalls {
  private static final long LONGEST = 0x7fff_f000L;

  private final World world;

  ByteCalls(World world) {
    this.world = world;
  }

  public long read(int fd, long address, long length) {
    return in(fd, address, length, Description.HERE, 0);
  }

  public long pread(int fd, long address, long length, long offset) {
    long wrong = positioned(fd, offset);
    return wrong < 0 ? wrong : in(fd, address, length, offset, 0);
  }

  public long write(int fd, long address, long length) {
    return out(fd, address, length, Description.HERE, 0);
  }

  public long pwrite(int fd, long address, long length, long offset) {
    long wrong = positioned(fd, offset);
    return wrong < 0 ? wrong : out(fd, address, length, offset, 0);
  }

  public long preadv2(int fd, long iov, int count, long offset, int flags) {
    long wrong = offset == Description.HERE ? 0 : positioned(fd, offset);
    wrong = wrong < 0 ? wrong : aligned(fd, iov, count, offset);
    return wrong < 0 ? wrong : vector(fd, iov, count, offset, true, 0);
  }

  public long pwritev2(int fd, long iov, int count, long offset, int flags) {
    long wrong = offset == Description.HERE ? 0 : positioned(fd, offset);
    wrong = wrong < 0 ? wrong : aligned(fd, iov, count, offset);
    if (wrong < 0) {
      return wrong;
    }
    long answer = vector(fd, iov, count, offset, false, 0);
    if ((flags & (FileFlags.RWF_DSYNC | FileFlags.RWF_SYNC)) != 0
        && world.get(fd) instanceof OpenFile open) {
      int synced = world.sync(open.file);
      return synced < 0 ? synced : answer;
    }
    return answer;
  }

  public long recv(int fd, long address, long length, int flags) {
    return world.get(fd) instanceof FakeSocket
        ? in(fd, address, length, Description.HERE, flags)
        : noSocket(fd);
  }

  public long send(int fd, long address, long length, int flags) {
    return world.get(fd) instanceof FakeSocket
        ? out(fd, address, length, Description.HERE, flags)
        : noSocket(fd);
  }

  public long recvmsg(int fd, long message, int flags) {
    if (!(world.get(fd) instanceof FakeSocket)) {
      return noSocket(fd);
    }
    Memory.ALL.set(ValueLayout.JAVA_LONG, message + Msghdr.CONTROL_LENGTH, 0);
    Memory.ALL.set(ValueLayout.JAVA_INT, message + Msghdr.NAME_LENGTH, 0);
    Memory.ALL.set(ValueLayout.JAVA_INT, message + Msghdr.FLAGS, 0);
    return vector(fd, iov(message), count(message), Description.HERE, true, flags);
  }

  public long sendmsg(int fd, long message, int flags) {
    return world.get(fd) instanceof FakeSocket
        ? vector(fd, iov(message), count(message), Description.HERE, false, flags)
        : noSocket(fd);
  }

  private static long iov(long message) {
    return Memory.ALL.get(ValueLayout.JAVA_LONG, message + Msghdr.IOV);
  }

  private static int count(long message) {
    return (int) Memory.ALL.get(ValueLayout.JAVA_LONG, message + Msghdr.IOV_COUNT);
  }

  private long noSocket(int fd) {
    return world.get(fd) == null ? -Errno.EBADF : -Errno.ENOTSOCK;
  }

  private long positioned(int fd, long offset) {
    if (offset < 0) {
      return -Errno.EINVAL;
    }
    Description description = world.get(fd);
    if (description == null) {
      return -Errno.EBADF;
    }
    return description.seekable() ? 0 : -Errno.ESPIPE;
  }

  /// -EINVAL for direct I/O that is askew: offset, and address and length of every run.
  private long aligned(int fd, long iov, int count, long offset) {
    Description description = world.get(fd);
    if (description == null || (description.flags & Open.O_DIRECT) == 0) {
      return 0;
    }
    long bits = offset;
    for (int i = 0; i < count; i++) {
      bits |= Iovec.base(iov, i) | Iovec.length(iov, i);
    }
    return bits % world.directBlock == 0 ? 0 : -Errno.EINVAL;
  }

  /// One run after the other; only the first waits, a short one ends it.
  private long vector(int fd, long iov, int count, long offset, boolean in, int flags) {
    long done = 0;
    for (int i = 0; i < count; i++) {
      long length = Iovec.length(iov, i);
      long at = offset == Description.HERE ? offset : offset + done;
      int how = flags | (done > 0 && in ? Sockets.MSG_DONTWAIT : 0);
      long part =
          in
              ? in(fd, Iovec.base(iov, i), length, at, how)
              : out(fd, Iovec.base(iov, i), length, at, how);
      if (part < 0) {
        return done > 0 ? done : part;
      }
      done += part;
      if (part < length) {
        break;
      }
    }
    return done;
  }

  private long in(int fd, long address, long length, long offset, int flags) {
    Description from = world.get(fd);
    if (from == null || !from.canRead()) {
      return -Errno.EBADF;
    }
    if (length == 0) {
      return 0;
    }
    boolean mayDecline = from.nonblocking() || (flags & Sockets.MSG_DONTWAIT) != 0;
    boolean all = (flags & Sockets.MSG_WAITALL) != 0;
    boolean peeks = (flags & Sockets.MSG_PEEK) != 0;
    long done = 0;
    do {
      long at = address + done;
      long left = Math.min(length, LONGEST) - done;
      long part = world.await(mayDecline, () -> copyOut(from, at, left, offset, peeks));
      if (part <= 0) {
        return done > 0 ? done : part;
      }
      done += part;
    } while (all && !peeks && done < length);
    return done;
  }

  private static long copyOut(
      Description from, long address, long length, long offset, boolean peeks) {
    List<MemorySegment> runs = from.peek(offset, length);
    if (runs.isEmpty()) {
      return from.emptyAnswer();
    }
    long done = 0;
    for (MemorySegment run : runs) {
      Memory.segment(address + done, run.byteSize()).copyFrom(run);
      done += run.byteSize();
    }
    if (offset == Description.HERE && !peeks) {
      from.consume(done);
    }
    return done;
  }

  private long out(int fd, long address, long length, long offset, int flags) {
    Description to = world.get(fd);
    if (to == null || !to.canWrite()) {
      return -Errno.EBADF;
    }
    if (length == 0) {
      return 0;
    }
    boolean mayDecline = to.nonblocking() || (flags & Sockets.MSG_DONTWAIT) != 0;
    long asked = Math.min(length, LONGEST);
    long done = 0;
    while (done < asked) {
      long at = offset == Description.HERE ? offset : offset + done;
      long from = address + done;
      long left = asked - done;
      long part = world.await(mayDecline, () -> to.write(at, from, left));
      if (part < 0) {
        return done > 0 ? done : part;
      }
      done += part;
      world.notifyAll();
    }
    return done;
  }
}
