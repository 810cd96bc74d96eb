package ropewalk.linux;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Owns a mapped region of memory: anonymous, of a memfd of its own, or of somebody's file.
///
/// ```
///   address                                   address + size
///   +--------+--------+--------+-- ... --+--------+
///   |  page  |  page  |  page  |         |  page  |      zeroed at first, backed when touched
///   +--------+--------+--------+-- ... --+--------+
/// ```
///
/// Which kind decides what may be done with its pages. *Private anonymous* pages can be given to
/// the kernel and their backing dropped; the pages of a *memfd* can be sent by sendfile and handed
/// to another process; a *file's* pages are the kernel's cache.
public final class Mapping implements AutoCloseable {
  private final Syscalls syscalls;
  private final long address;
  private final long size;
  private final @Nullable Fd fd;
  private boolean isOpen = true;

  private Mapping(Syscalls syscalls, long address, long size, @Nullable Fd fd) {
    this.syscalls = syscalls;
    this.address = address;
    this.size = size;
    this.fd = fd;
  }

  /// Maps `size` bytes of private anonymous memory. `flags` may add [Maps#MAP_POPULATE],
  /// [Maps#MAP_NORESERVE] and others.
  public static Mapping anonymous(Syscalls syscalls, long size, int flags) throws LinuxException {
    int kind = Maps.MAP_PRIVATE | Maps.MAP_ANONYMOUS | flags;
    return map(syscalls, size, Maps.PROT_READ | Maps.PROT_WRITE, kind, -1, 0, null);
  }

  /// Makes a memfd of `size` bytes named `name`, with `MFD_*` flags ([Maps#MFD_CLOEXEC] is added),
  /// and maps all of it, shared. The mapping owns the descriptor: see [#fd()].
  public static Mapping memfd(Syscalls syscalls, String name, long size, int flags)
      throws LinuxException {
    int number = syscalls.memfdCreate(name, flags | Maps.MFD_CLOEXEC);
    Fd fd = Fd.of(syscalls, number, "memfd " + name, "memfd_create", "name", name, "flags", flags);
    try {
      LinuxException.check(syscalls.ftruncate(number, size), "ftruncate", "fd", fd, "length", size);
      return map(syscalls, size, Maps.PROT_READ | Maps.PROT_WRITE, Maps.MAP_SHARED, number, 0, fd);
    } catch (LinuxException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /// Maps a range of an open file. The descriptor stays its owner's, and may be closed before the
  /// mapping.
  public static Mapping file(
      Syscalls syscalls, int fd, long offset, long size, int protection, int flags)
      throws LinuxException {
    return map(syscalls, size, protection, flags, fd, offset, null);
  }

  private static Mapping map(
      Syscalls syscalls,
      long size,
      int protection,
      int flags,
      int number,
      long offset,
      @Nullable Fd fd)
      throws LinuxException {
    long address = syscalls.mmap(0, size, protection, flags, number, offset);
    LinuxException.check(
        address,
        "mmap",
        "length",
        size,
        "protection",
        protection,
        "flags",
        flags,
        "fd",
        number,
        "offset",
        offset);
    return new Mapping(syscalls, address, size, fd);
  }

  /// Where the region begins: a page boundary.
  public long address() {
    if (!isOpen) {
      throw new IllegalStateException("the region was unmapped: size=" + size);
    }
    return address;
  }

  /// Bytes asked for.
  public long size() {
    return size;
  }

  /// Lends the region as a segment with bounds, good until [#close()].
  public MemorySegment segment() {
    return Memory.segment(address(), size);
  }

  /// The memfd behind the region, lent; empty for the other kinds.
  public Optional<Fd> fd() {
    return Optional.ofNullable(fd);
  }

  /// Drops the backing of `[offset, offset + bytes)`: private anonymous pages only. The next touch
  /// finds zeroes; pages in flight stay what they were.
  public void drop(long offset, long bytes) throws LinuxException {
    LinuxException.check(
        syscalls.madvise(address() + offset, bytes, Maps.MADV_DONTNEED),
        "madvise",
        "address",
        address + offset,
        "length",
        bytes,
        "advice",
        "DONTNEED");
  }

  /// Unmaps the region and closes its memfd; a second close does nothing. The owner proves that
  /// nobody uses it any more.
  @Override
  public void close() {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    syscalls.munmap(address, size);
    if (fd != null) {
      fd.close();
    }
  }
}
