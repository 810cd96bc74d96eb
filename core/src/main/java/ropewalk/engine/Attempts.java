package ropewalk.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Iovec;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// Calls on files made on the spot if the page cache has the bytes: preadv2(2) with RWF_NOWAIT.
///
/// A hit costs a call and a copy, a worker two switches of threads (tens of microseconds), and a
/// refusal well under one. So it pays to ask first, except on a descriptor opened with O_DIRECT:
/// there NOWAIT only keeps the kernel from waiting for locks, and a synchronous call would still
/// sit out the disk.
///
/// A plain call needs an iovec in native memory: there are 64 in one block, and a word that says
/// which are taken.
///
/// | access to | by | order |
/// |---|---|---|
/// | `taken` | [#take], [#give] | volatile compare-and-set, get-and-and: the last user's writes happen before the next one's |
final class Attempts implements AutoCloseable {
  private static final VarHandle TAKEN;

  static {
    try {
      TAKEN = MethodHandles.lookup().findVarHandle(Attempts.class, "taken", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Syscalls syscalls;
  private final Scratch iovecs = new Scratch(Long.SIZE * Iovec.SIZE);

  @SuppressWarnings("unused") // by TAKEN
  private volatile long taken;

  Attempts(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  /// Whether an attempt's result is the call's own: done, or an error that no waiting heals.
  static boolean isFinal(long result) {
    return result != -Errno.EAGAIN
        && result != -Errno.EINTR
        && result != -Errno.EOPNOTSUPP
        && result != -Errno.ENOSYS;
  }

  /// The result of `call` if it could be had without waiting, else one that is not
  /// [final][#isFinal].
  long make(FileCall call, int fd, long memory, long length, long offset) {
    switch (call) {
      case READV, WRITEV -> {
        return isDirect(fd)
            ? -Errno.EAGAIN
            : FileCall.attempt(syscalls, call == FileCall.READV, fd, memory, (int) length, offset);
      }
      case READ, WRITE -> {
        int slot = isDirect(fd) ? -1 : take();
        if (slot < 0) {
          return -Errno.EAGAIN;
        }
        try {
          Iovec.set(iovecs.address(), slot, memory, length);
          return FileCall.attempt(
              syscalls,
              call == FileCall.READ,
              fd,
              iovecs.address() + (long) slot * Iovec.SIZE,
              1,
              offset);
        } finally {
          give(slot);
        }
      }
      default -> {
        return -Errno.EAGAIN;
      }
    }
  }

  @Override
  public void close() {
    iovecs.close();
  }

  private boolean isDirect(int fd) {
    int flags = syscalls.fcntl(fd, Fcntl.F_GETFL, 0);
    return flags < 0 || (flags & Open.O_DIRECT) != 0;
  }

  /// The number of a free iovec, or -1: then there is so much going on that a queue does no harm.
  private int take() {
    long seen = taken;
    while (seen != -1L) {
      int slot = Long.numberOfTrailingZeros(~seen);
      long was = (long) TAKEN.compareAndExchange(this, seen, seen | 1L << slot);
      if (was == seen) {
        return slot;
      }
      seen = was;
    }
    return -1;
  }

  private void give(int slot) {
    long before = (long) TAKEN.getAndBitwiseAnd(this, ~(1L << slot));
    assert (before & 1L << slot) != 0;
  }
}
