package ropewalk.page;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.engine.Lane;
import ropewalk.engine.Registration;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Mapping;
import ropewalk.linux.Maps;
import ropewalk.linux.Syscalls;

/// The memory of one slab: private, anonymous, and advised as its class needs it.
///
/// ```
///   mapped: one grain more than asked, so that a start can be found that is a multiple of it
///   |....|============================ bytes ============================|....|
///        ^ address
/// ```
///
/// Gift memory is of base pages, so that dropping one drops nothing else, and no child may come to
/// hold the old bytes of a given page. Ring memory may be of huge pages; where the kernel has none,
/// base pages serve as well.
final class SlabMemory implements AutoCloseable {

  private final Syscalls syscalls;
  private final Mapping mapping;
  private final long address;
  private final long bytes;

  /// What an engine knows of the start of it; null if none does.
  private @Nullable Registration registration;

  private boolean closed;

  /// Maps `bytes`, beginning at a multiple of `grain`, for reading or, if `writable`, for both.
  SlabMemory(Syscalls syscalls, FolioClass kind, long bytes, long grain, boolean writable)
      throws IOException {
    this.syscalls = syscalls;
    this.bytes = bytes;
    mapping = map(syscalls, bytes + grain, writable);
    address = (mapping.address() + grain - 1) / grain * grain;
    if (bytes > 0) {
      advise(kind);
    }
  }

  private static Mapping map(Syscalls syscalls, long size, boolean writable) throws IOException {
    if (writable) {
      return Mapping.anonymous(syscalls, size, Maps.MAP_NORESERVE);
    }
    int flags = Maps.MAP_PRIVATE | Maps.MAP_ANONYMOUS;
    return Mapping.file(syscalls, -1, 0, size, Maps.PROT_READ, flags); // anonymous: no file
  }

  private void advise(FolioClass kind) throws IOException {
    if (kind == FolioClass.GIFT) {
      int none = syscalls.madvise(address, bytes, Maps.MADV_NOHUGEPAGE);
      if (none < 0 && none != -Errno.EINVAL) { // EINVAL: built without huge pages
        throw abandoned(LinuxException.of(none, "madvise", "advice", "NOHUGEPAGE"));
      }
      int alone = syscalls.madvise(address, bytes, Maps.MADV_DONTFORK);
      if (alone < 0) {
        throw abandoned(LinuxException.of(alone, "madvise", "advice", "DONTFORK"));
      }
    } else {
      var _ = syscalls.madvise(address, bytes, Maps.MADV_HUGEPAGE);
    }
  }

  private IOException abandoned(IOException cause) {
    mapping.close();
    return cause;
  }

  /// Where it begins.
  long address() {
    return address;
  }

  /// Drops the pages behind a range, so that whoever still holds them keeps them and our next look
  /// meets zeros. False if the kernel would not.
  boolean drop(long start, long length) {
    return syscalls.madvise(start, length, Maps.MADV_DONTNEED) >= 0;
  }

  /// Lets `engine` know the first `most` bytes in advance, as far as it can. Once.
  synchronized Registration register(Engine engine, long most) {
    if (closed || registration != null) {
      throw new IllegalStateException(
          closed ? "register() of a closed pool" : "register(): an engine knows the pool already");
    }
    registration = engine.register(address, Math.min(most, bytes));
    return registration;
  }

  /// Lets `lane` know them too, until it closes, which is before this.
  synchronized Registration register(Lane lane, long most) throws IOException {
    if (closed) {
      throw new IllegalStateException("register() of a closed pool");
    }
    return lane.register(address, Math.min(most, bytes));
  }

  /// Unmaps it. First the ring forgets it, or it would go on filling pages that nobody sees.
  @Override
  public synchronized void close() {
    closed = true;
    if (registration != null) {
      registration.close();
    }
    mapping.close();
  }
}
