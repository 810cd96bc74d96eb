package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// A ring's place in the table that each thread has in the kernel, by which it can enter without a
/// look-up of the descriptor.
///
/// ```
///   struct io_uring_rsrc_update   0        4          8                16
///                                 +--------+----------+----------------+
///                                 | place  |          |   descriptor   |
///                                 +--------+----------+----------------+
/// ```
final class RingPlace {
  private static final int IORING_REGISTER_RING_FDS = 20;
  private static final int IORING_UNREGISTER_RING_FDS = 21;
  private static final int SIZE = 16;
  private static final int DESCRIPTOR = 8;

  /// Any place that is free.
  private static final int ANY = -1;

  private RingPlace() {}

  /// The place of ring `fd` in the current thread's table, or -errno.
  static int take(Syscalls syscalls, int fd) {
    try (Scratch update = new Scratch(SIZE)) {
      Memory.ALL.set(JAVA_INT, update.address(), ANY);
      Memory.ALL.set(JAVA_LONG, update.address() + DESCRIPTOR, fd);
      int answer = syscalls.ioUringRegister(fd, IORING_REGISTER_RING_FDS, update.address(), 1);
      return answer < 0 ? answer : Memory.ALL.get(JAVA_INT, update.address());
    }
  }

  /// Gives the place back, by the thread that took it: the table holds the ring open.
  static void give(Syscalls syscalls, int fd, int place) {
    try (Scratch update = new Scratch(SIZE)) {
      Memory.ALL.set(JAVA_INT, update.address(), place);
      syscalls.ioUringRegister(fd, IORING_UNREGISTER_RING_FDS, update.address(), 1);
    }
  }
}
