package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static ropewalk.linux.Libc.call;
import static ropewalk.linux.Libc.callWith;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// The half of the host that is about files, pipes and memory; [HostSyscalls] is the other.
abstract sealed class HostFiles implements Syscalls permits HostSyscalls {
  /// Bytes of struct open_how: flags, mode, resolve.
  private static final long OPEN_HOW_SIZE = 24;

  // ---- files

  @Override
  public int openat2(int dirfd, String path, int flags, int mode, int resolve) {
    if (hasNul(path)) {
      return -Errno.EINVAL;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(OPEN_HOW_SIZE, Long.BYTES);
      how.setAtIndex(JAVA_LONG, 0, Integer.toUnsignedLong(flags));
      how.setAtIndex(JAVA_LONG, 1, Integer.toUnsignedLong(mode));
      how.setAtIndex(JAVA_LONG, 2, Integer.toUnsignedLong(resolve));
      return (int)
          call(Abi.NR_OPENAT2, dirfd, name(arena, path), how.address(), OPEN_HOW_SIZE, 0, 0);
    }
  }

  @Override
  public int close(int fd) {
    return (int) call(Abi.NR_CLOSE, fd, 0, 0, 0, 0, 0);
  }

  @Override
  public long read(int fd, long address, long length) {
    return call(Abi.NR_READ, fd, address, length, 0, 0, 0);
  }

  @Override
  public long read(int fd, MemorySegment target) {
    return call(Abi.NR_READ, fd, target, target.byteSize(), 0, 0, 0);
  }

  @Override
  public long write(int fd, long address, long length) {
    return call(Abi.NR_WRITE, fd, address, length, 0, 0, 0);
  }

  @Override
  public long write(int fd, MemorySegment source) {
    return call(Abi.NR_WRITE, fd, source, source.byteSize(), 0, 0, 0);
  }

  @Override
  public long pread(int fd, long address, long length, long offset) {
    return call(Abi.NR_PREAD64, fd, address, length, offset, 0, 0);
  }

  @Override
  public long pread(int fd, MemorySegment target, long offset) {
    return call(Abi.NR_PREAD64, fd, target, target.byteSize(), offset, 0, 0);
  }

  @Override
  public long pwrite(int fd, long address, long length, long offset) {
    return call(Abi.NR_PWRITE64, fd, address, length, offset, 0, 0);
  }

  @Override
  public long pwrite(int fd, MemorySegment source, long offset) {
    return call(Abi.NR_PWRITE64, fd, source, source.byteSize(), offset, 0, 0);
  }

  @Override
  public long preadv2(int fd, long iov, int count, long offset, int flags) {
    // The kernel takes the offset in two halves; on 64-bit machines the low one is all of it.
    return call(Abi.NR_PREADV2, fd, iov, count, offset, 0, flags);
  }

  @Override
  public long pwritev2(int fd, long iov, int count, long offset, int flags) {
    return call(Abi.NR_PWRITEV2, fd, iov, count, offset, 0, flags);
  }

  @Override
  public long lseek(int fd, long offset, int whence) {
    return call(Abi.NR_LSEEK, fd, offset, whence, 0, 0, 0);
  }

  @Override
  public int ftruncate(int fd, long length) {
    return (int) call(Abi.NR_FTRUNCATE, fd, length, 0, 0, 0, 0);
  }

  @Override
  public int fallocate(int fd, int mode, long offset, long length) {
    return (int) call(Abi.NR_FALLOCATE, fd, mode, offset, length, 0, 0);
  }

  @Override
  public int fsync(int fd) {
    return (int) call(Abi.NR_FSYNC, fd, 0, 0, 0, 0, 0);
  }

  @Override
  public int fdatasync(int fd) {
    return (int) call(Abi.NR_FDATASYNC, fd, 0, 0, 0, 0, 0);
  }

  @Override
  public int statx(int dirfd, String path, int flags, int mask, long address) {
    if (hasNul(path)) {
      return -Errno.EINVAL;
    }
    try (Arena arena = Arena.ofConfined()) {
      return (int) call(Abi.NR_STATX, dirfd, name(arena, path), flags, mask, address, 0);
    }
  }

  @Override
  public int fcntl(int fd, int command, long argument) {
    return (int) call(Abi.NR_FCNTL, fd, command, argument, 0, 0, 0);
  }

  @Override
  public int ioctl(int fd, long request, long argument) {
    return (int) call(Abi.NR_IOCTL, fd, request, argument, 0, 0, 0);
  }

  @Override
  public long copyFileRange(int fdIn, long offsetIn, int fdOut, long offsetOut, long length) {
    Cell cell = Cell.take();
    try {
      long in = offsetIn == -1 ? 0 : cell.first(offsetIn);
      long out = offsetOut == -1 ? 0 : cell.second(offsetOut);
      return callWith(cell, Abi.NR_COPY_FILE_RANGE, fdIn, in, fdOut, out, length, 0);
    } finally {
      cell.give();
    }
  }

  @Override
  public long sendfile(int fdOut, int fdIn, long offsetIn, long length) {
    Cell cell = Cell.take();
    try {
      long in = offsetIn == -1 ? 0 : cell.first(offsetIn);
      return callWith(cell, Abi.NR_SENDFILE, fdOut, fdIn, in, length, 0, 0);
    } finally {
      cell.give();
    }
  }

  @Override
  public int unlinkat(int dirfd, String path, int flags) {
    if (hasNul(path)) {
      return -Errno.EINVAL;
    }
    try (Arena arena = Arena.ofConfined()) {
      return (int) call(Abi.NR_UNLINKAT, dirfd, name(arena, path), flags, 0, 0, 0);
    }
  }

  @Override
  public int renameat2(int dirfdOld, String pathOld, int dirfdNew, String pathNew, int flags) {
    return twoPaths(Abi.NR_RENAMEAT2, dirfdOld, pathOld, dirfdNew, pathNew, flags);
  }

  @Override
  public int linkat(int dirfdOld, String pathOld, int dirfdNew, String pathNew, int flags) {
    return twoPaths(Abi.NR_LINKAT, dirfdOld, pathOld, dirfdNew, pathNew, flags);
  }

  private static int twoPaths(
      int number, int dirfdOld, String pathOld, int dirfdNew, String pathNew, int flags) {
    if (hasNul(pathOld) || hasNul(pathNew)) {
      return -Errno.EINVAL;
    }
    try (Arena arena = Arena.ofConfined()) {
      long target = name(arena, pathNew).address();
      return (int) call(number, dirfdOld, name(arena, pathOld), dirfdNew, target, flags, 0);
    }
  }

  @Override
  public int fadvise(int fd, long offset, long length, int advice) {
    return (int) call(Abi.NR_FADVISE64, fd, offset, length, advice, 0, 0);
  }

  // ---- pipes

  @Override
  public long pipe2(int flags) {
    Cell cell = Cell.take();
    try {
      long result = callWith(cell, Abi.NR_PIPE2, cell.first(0), flags, 0, 0, 0, 0);
      return result < 0 ? result : cell.pair();
    } finally {
      cell.give();
    }
  }

  @Override
  public long splice(int fdIn, long offsetIn, int fdOut, long offsetOut, long length, int flags) {
    Cell cell = Cell.take();
    try {
      long in = offsetIn == -1 ? 0 : cell.first(offsetIn);
      long out = offsetOut == -1 ? 0 : cell.second(offsetOut);
      return callWith(cell, Abi.NR_SPLICE, fdIn, in, fdOut, out, length, flags);
    } finally {
      cell.give();
    }
  }

  @Override
  public long tee(int fdIn, int fdOut, long length, int flags) {
    return call(Abi.NR_TEE, fdIn, fdOut, length, flags, 0, 0);
  }

  @Override
  public long vmsplice(int fd, long iov, int count, int flags) {
    return call(Abi.NR_VMSPLICE, fd, iov, count, flags, 0, 0);
  }

  // ---- memory

  @Override
  public int memfdCreate(String name, int flags) {
    if (hasNul(name)) {
      return -Errno.EINVAL;
    }
    try (Arena arena = Arena.ofConfined()) {
      long address = name(arena, name).address();
      return (int) call(Abi.NR_MEMFD_CREATE, address, flags, 0, 0, 0, 0);
    }
  }

  @Override
  public long mmap(long address, long length, int protection, int flags, int fd, long offset) {
    return call(Abi.NR_MMAP, address, length, protection, flags, fd, offset);
  }

  @Override
  public int munmap(long address, long length) {
    return (int) call(Abi.NR_MUNMAP, address, length, 0, 0, 0, 0);
  }

  @Override
  public int madvise(long address, long length, int advice) {
    return (int) call(Abi.NR_MADVISE, address, length, advice, 0, 0, 0);
  }

  private static boolean hasNul(String path) {
    return path.indexOf('\0') >= 0;
  }

  private static MemorySegment name(Arena arena, String path) {
    return arena.allocateFrom(path, StandardCharsets.UTF_8);
  }
}
