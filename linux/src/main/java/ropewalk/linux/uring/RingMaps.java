package ropewalk.linux.uring;

import org.jspecify.annotations.Nullable;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Mapping;
import ropewalk.linux.Maps;
import ropewalk.linux.Syscalls;

/// The memory that one ring shares with the kernel: two mappings, or three before Linux 5.4.
///
/// ```
///   IORING_OFF_SQ_RING   head tail mask ... array | head tail mask ... CQEs     one for both queues
///   IORING_OFF_CQ_RING                              (the same, when it is apart)
///   IORING_OFF_SQES      SQE SQE SQE ...
/// ```
final class RingMaps implements AutoCloseable {
  private static final long IORING_OFF_SQ_RING = 0;
  private static final long IORING_OFF_CQ_RING = 0x800_0000L;
  private static final long IORING_OFF_SQES = 0x1000_0000L;

  private final Mapping sqRing;
  private final @Nullable Mapping cqRing;
  private final Mapping sqes;

  private RingMaps(Mapping sqRing, @Nullable Mapping cqRing, Mapping sqes) {
    this.sqRing = sqRing;
    this.cqRing = cqRing;
    this.sqes = sqes;
  }

  /// Maps what the answered `params` of ring `fd` describe.
  static RingMaps open(Syscalls syscalls, Fd fd, long params) throws LinuxException {
    boolean isSingle = (UringParams.features(params) & Uring.IORING_FEAT_SINGLE_MMAP) != 0;
    long sqBytes = UringParams.sqRingBytes(params);
    long cqBytes = UringParams.cqRingBytes(params);
    Mapping sqRing = null;
    Mapping cqRing = null;
    try {
      long first = isSingle ? Math.max(sqBytes, cqBytes) : sqBytes;
      sqRing = map(syscalls, fd, IORING_OFF_SQ_RING, first);
      cqRing = isSingle ? null : map(syscalls, fd, IORING_OFF_CQ_RING, cqBytes);
      long entryBytes = (long) UringParams.sqEntries(params) * Sqe.SIZE;
      return new RingMaps(sqRing, cqRing, map(syscalls, fd, IORING_OFF_SQES, entryBytes));
    } catch (LinuxException | RuntimeException e) {
      close(cqRing);
      close(sqRing);
      throw e;
    }
  }

  private static Mapping map(Syscalls syscalls, Fd fd, long offset, long size)
      throws LinuxException {
    int protection = Maps.PROT_READ | Maps.PROT_WRITE;
    int flags = Maps.MAP_SHARED | Maps.MAP_POPULATE;
    return Mapping.file(syscalls, fd.number(), offset, size, protection, flags);
  }

  private static void close(@Nullable Mapping mapping) {
    if (mapping != null) {
      mapping.close();
    }
  }

  /// Where the submission queue's words begin.
  long sq() {
    return sqRing.address();
  }

  /// Where the completion queue's words begin.
  long cq() {
    return cqRing == null ? sqRing.address() : cqRing.address();
  }

  /// Where the entries begin.
  long sqes() {
    return sqes.address();
  }

  @Override
  public void close() {
    sqes.close();
    close(cqRing);
    sqRing.close();
  }
}
