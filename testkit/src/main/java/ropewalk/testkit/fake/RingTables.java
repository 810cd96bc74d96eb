package ropewalk.testkit.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Syscalls;
import ropewalk.linux.uring.Opcode;

/// What a [FakeRing] knows in advance: one range of memory, files, an eventfd.
///
/// A registered file is a second descriptor of the same open file: it lives on when the first is
/// closed, as the kernel's own reference does, and until the ring is closed: requests may hold it.
final class RingTables {
  private static final int REGISTER_BUFFERS = 0;
  private static final int UNREGISTER_BUFFERS = 1;
  private static final int REGISTER_FILES = 2;
  private static final int UNREGISTER_FILES = 3;
  private static final int REGISTER_EVENTFD = 4;
  private static final int UNREGISTER_EVENTFD = 5;
  private static final int REGISTER_FILES_UPDATE = 6;
  private static final int REGISTER_PROBE = 8;
  private static final int UPDATE_ADDRESS = 8;
  private static final int PROBE_HEADER = 16;
  private static final int PROBE_OP = 8;
  private static final int NONE = -1;

  private final Syscalls below;
  private int[] files = {};
  private long start;
  private long bytes;
  private final List<Integer> dropped = new ArrayList<>();
  private int eventfd = NONE;

  RingTables(Syscalls below) {
    this.below = below;
  }

  /// io_uring_register.
  int register(int opcode, long argument, int count) {
    return switch (opcode) {
      case REGISTER_BUFFERS -> registerBuffers(argument, count);
      case UNREGISTER_BUFFERS -> unregisterBuffers();
      case REGISTER_FILES -> registerFiles(argument, count);
      case REGISTER_FILES_UPDATE -> updateFile(argument);
      case UNREGISTER_FILES -> unregisterFiles();
      case REGISTER_EVENTFD -> {
        eventfd = Memory.ALL.get(JAVA_INT, argument);
        yield 0;
      }
      case UNREGISTER_EVENTFD -> {
        eventfd = NONE;
        yield 0;
      }
      case REGISTER_PROBE -> probe(argument, count);
      default -> -Errno.EINVAL;
    };
  }

  private int registerBuffers(long iov, int count) {
    if (bytes > 0) {
      return -Errno.EBUSY;
    }
    if (count != 1) {
      return -Errno.EINVAL;
    }
    start = Iovec.base(iov, 0);
    bytes = Iovec.length(iov, 0);
    return 0;
  }

  private int unregisterBuffers() {
    if (bytes == 0) {
      return -Errno.ENXIO;
    }
    bytes = 0;
    return 0;
  }

  boolean hasBuffers() {
    return bytes > 0;
  }

  boolean covers(long address, int length) {
    return bytes > 0 && address >= start && address + length <= start + bytes;
  }

  private int registerFiles(long numbers, int count) {
    if (files.length > 0) {
      return -Errno.EBUSY;
    }
    files = new int[count];
    for (int i = 0; i < count; i++) {
      files[i] = again(Memory.ALL.get(JAVA_INT, numbers + (long) i * Integer.BYTES));
    }
    return 0;
  }

  private int updateFile(long update) {
    int index = Memory.ALL.get(JAVA_INT, update);
    int number = Memory.ALL.get(JAVA_INT, Memory.ALL.get(JAVA_LONG, update + UPDATE_ADDRESS));
    if (index >= files.length) {
      return -Errno.EINVAL;
    }
    drop(files[index]);
    files[index] = again(number);
    return 1;
  }

  private int unregisterFiles() {
    if (files.length == 0) {
      return -Errno.ENXIO;
    }
    Arrays.stream(files).forEach(this::drop);
    files = new int[0];
    return 0;
  }

  private int again(int number) {
    return number == NONE ? NONE : below.fcntl(number, Fcntl.F_DUPFD_CLOEXEC, 0);
  }

  private void drop(int number) {
    if (number != NONE) {
      dropped.add(number);
    }
  }

  /// The descriptor of registered file `index`, or [#NONE].
  int file(int index) {
    return index >= 0 && index < files.length ? files[index] : NONE;
  }

  int eventfd() {
    return eventfd;
  }

  private static int probe(long at, int count) {
    int known = Math.min(count, Opcode.values().length);
    Memory.ALL.set(JAVA_BYTE, at, (byte) (known - 1));
    Memory.ALL.set(JAVA_BYTE, at + 1, (byte) known);
    for (int i = 0; i < known; i++) {
      long op = at + PROBE_HEADER + (long) i * PROBE_OP;
      Memory.ALL.set(JAVA_BYTE, op, (byte) i);
      Memory.ALL.set(JAVA_BYTE, op + 2, (byte) 1);
    }
    return 0;
  }

  /// When the ring's descriptor is closed.
  void close() {
    Arrays.stream(files).forEach(this::drop);
    files = new int[0];
    dropped.forEach(below::close);
    dropped.clear();
    bytes = 0;
  }
}
