package ropewalk.testkit.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import ropewalk.linux.Errno;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Syscalls;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Sqe;

/// A submission as [FakeRing] took it: the kernel, too, keeps its own copy.
///
/// @param opcode `IORING_OP_*`
/// @param flags `IOSQE_*`
/// @param fd the descriptor, or the number of a registered file
/// @param offset in the file, or a second address
/// @param address of the memory, or of the iovecs, or the target of a cancel
/// @param length bytes, or iovecs
/// @param opFlags the flags of the request itself
/// @param data the caller's number
record RingEntry(
    int opcode, int flags, int fd, long offset, long address, int length, int opFlags, long data) {

  static RingEntry at(long sqe) {
    return new RingEntry(
        Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, sqe + Sqe.OPCODE)),
        Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, sqe + Sqe.FLAGS)),
        Memory.ALL.get(JAVA_INT, sqe + Sqe.FD),
        Memory.ALL.get(JAVA_LONG, sqe + Sqe.OFFSET),
        Memory.ALL.get(JAVA_LONG, sqe + Sqe.ADDRESS),
        Memory.ALL.get(JAVA_INT, sqe + Sqe.LENGTH),
        Memory.ALL.get(JAVA_INT, sqe + Sqe.OP_FLAGS),
        Memory.ALL.get(JAVA_LONG, sqe + Sqe.USER_DATA));
  }

  boolean isFixedFile() {
    return (flags & Sqe.IOSQE_FIXED_FILE) != 0;
  }

  /// The same of a plain descriptor: the kernel finds a registered file when it takes the entry,
  /// and keeps to it.
  RingEntry of(int number) {
    int others = flags & ~Sqe.IOSQE_FIXED_FILE;
    return new RingEntry(opcode, others, number, offset, address, length, opFlags, data);
  }

  boolean isFixed() {
    return opcode == Opcode.READ_FIXED.number() || opcode == Opcode.WRITE_FIXED.number();
  }

  /// Whether it lends pages beyond its result.
  boolean lends() {
    return opcode == Opcode.SENDMSG_ZC.number();
  }

  /// Does it, for `most` bytes at most, by the kernel below: the result, or -errno.
  long perform(Syscalls below, RingTables tables, int most) {
    int some = Math.min(length, most);
    if (isFixed() && !tables.covers(address, length)) {
      return -Errno.EFAULT;
    }
    return switch (kind()) {
      case NOP -> 0;
      case READ, READ_FIXED -> below.pread(fd, address, some, offset);
      case WRITE, WRITE_FIXED -> below.pwrite(fd, address, some, offset);
      case READV -> vector(below, true, most);
      case WRITEV -> vector(below, false, most);
      case FSYNC ->
          (opFlags & Sqe.IORING_FSYNC_DATASYNC) != 0 ? below.fdatasync(fd) : below.fsync(fd);
      case SENDMSG_ZC -> fd < 0 ? -Errno.EBADF : below.sendmsg(fd, address, opFlags);
      default -> -Errno.EINVAL;
    };
  }

  private Opcode kind() {
    for (Opcode kind : Opcode.values()) {
      if (kind.number() == opcode) {
        return kind;
      }
    }
    return Opcode.URING_CMD; // as little known here as any other
  }

  /// With its iovecs cut so that they are `most` bytes together.
  private long vector(Syscalls below, boolean isRead, int most) {
    try (Arena arena = Arena.ofConfined()) {
      long iov = arena.allocate((long) length * Iovec.SIZE + 1, Long.BYTES).address();
      long left = most;
      for (int i = 0; i < length; i++) {
        long bytes = Math.min(left, Iovec.length(address, i));
        Iovec.set(iov, i, Iovec.base(address, i), bytes);
        left -= bytes;
      }
      return isRead
          ? below.preadv2(fd, iov, length, offset, 0)
          : below.pwritev2(fd, iov, length, offset, 0);
    }
  }
}
