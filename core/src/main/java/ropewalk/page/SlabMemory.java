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
/// Both classes ask for huge pages, where the kernel was seen to keep a part of one in flight
/// though it was dropped ([GiftProof]); where it has none to give, base pages serve as well. Pages
/// that lie side by side in memory are found, given and read by a receiver for less. What is
/// dropped out of a huge page comes back as base pages, and the huge page itself goes when all of
/// it was dropped or when the kernel, short of memory, splits it. No child may come to hold the old
/// bytes of a given page.
final class SlabMemory implements AutoCloseable {

  private final Syscalls syscalls;
  private final Mapping mapping;
  private final long address;
  private final long bytes;

  /// What an engine knows of the start of it; null if none does.
  private @Nullable Registration registration;

  private boolean closed;

  /// Maps `bytes`, beginning at a multiple of `grain`, for reading or, if `writable`, for both; in
  /// huge pages, if `huge` and as far as the kernel has them.
  SlabMemory(
      Syscalls syscalls, FolioClass kind, long bytes, long grain, boolean writable, boolean huge)
      throws IOException {
    this.syscalls = syscalls;
    this.bytes = bytes;
    mapping = map(syscalls, bytes + grain, writable);
    address = (mapping.address() + grain - 1) / grain * grain;
    if (bytes > 0) {
      advise(kind, huge);
    }
  }

  private static Mapping map(Syscalls syscalls, long size, boolean writable) throws IOException {
    if (writable) {
      return Mapping.anonymous(syscalls, size, Maps.MAP_NORESERVE);
    }
    int flags = Maps.MAP_PRIVATE | Maps.MAP_ANONYMOUS;
    return Mapping.file(syscalls, -1, 0, size, Maps.PROT_READ, flags); // anonymous: no file
  }

  private void advise(FolioClass kind, boolean huge) throws IOException {
    int pages = syscalls.madvise(address, bytes, huge ? Maps.MADV_HUGEPAGE : Maps.MADV_NOHUGEPAGE);
    if (!huge && pages < 0 && pages != -Errno.EINVAL) { // EINVAL: built without huge pages
      throw abandoned(LinuxException.of(pages, "madvise", "advice", "NOHUGEPAGE"));
    }
    if (kind == FolioClass.GIFT) {
      int alone = syscalls.madvise(address, bytes, Maps.MADV_DONTFORK);
      if (alone < 0) {
        throw abandoned(LinuxException.of(alone, "madvise", "advice", "DONTFORK"));
      }
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
    PageEvents.Drop event = PageEvents.beginDrop();
    boolean isDropped = syscalls.madvise(start, length, Maps.MADV_DONTNEED) >= 0;
    PageEvents.endDrop(event, start, length, !isDropped);
    return isDropped;
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
