package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.util.EnumSet;
import java.util.Set;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;

/// What a ring knows in advance: buffers, files, and which requests its kernel has.
///
/// Registered buffers are pinned: the kernel looks their pages up once and keeps them, so a page
/// whose backing is dropped afterwards is no longer the page that fixed reads fill. They are
/// **lent** until [#unregisterBuffers()] and count against RLIMIT_MEMLOCK.
///
/// ```
///   struct io_uring_probe    0       1       2               16        24
///                            +-------+-------+---------------+---------+---------+--
///                            |last op| count |               | op 0    | op 1    | ...
///                            +-------+-------+---------------+---------+---------+--
///                                                op: 0 number, 2 flags (16 bits, bit 0: supported)
/// ```
public final class Registered {
  /// Feature: buffers may be registered and given up while requests are in flight. Since 5.13;
  /// before that the kernel waited until none was, which a request for readiness may never be.
  public static final int IORING_FEAT_RSRC_TAGS = 1 << 10;

  private static final int IORING_REGISTER_BUFFERS = 0;
  private static final int IORING_UNREGISTER_BUFFERS = 1;
  private static final int IORING_REGISTER_FILES = 2;
  private static final int IORING_UNREGISTER_FILES = 3;
  private static final int IORING_REGISTER_EVENTFD = 4;
  private static final int IORING_UNREGISTER_EVENTFD = 5;
  private static final int IORING_REGISTER_FILES_UPDATE = 6;
  private static final int IORING_REGISTER_PROBE = 8;
  private static final int IORING_REGISTER_ENABLE_RINGS = 12;
  private static final int IORING_REGISTER_PBUF_RING = 22;
  private static final int IORING_UNREGISTER_PBUF_RING = 23;

  // struct io_uring_buf_reg: address of the ring, entries (32 bits), group (16 bits), reserved.
  private static final int BUF_REG_SIZE = 40;
  private static final int BUF_REG_ENTRIES = 8;
  private static final int BUF_REG_GROUP = 12;

  private static final int PROBE_HEADER = 16;
  private static final int PROBE_OP = 8;
  private static final int PROBE_OP_FLAGS = 2;

  /// Ops a probe asks for; the kernel refuses more than 256.
  private static final int PROBE_OPS = 256;

  // struct io_uring_files_update: offset (32 bits), reserved, address of the numbers.
  private static final int UPDATE_SIZE = 16;
  private static final int UPDATE_ADDRESS = 8;

  private final Uring ring;

  /// What is registered with `ring`, which stays its owner's.
  public Registered(Uring ring) {
    this.ring = ring;
  }

  private int register(int opcode, long argument, int count) {
    return ring.syscalls().ioUringRegister(ring.fd().number(), opcode, argument, count);
  }

  /// Pins the ranges of `count` iovecs; buffer n is entry n. 0, or -errno: -ENOMEM beyond the
  /// memlock limit, -EBUSY when there are some already.
  public int registerBuffers(long iov, int count) {
    return register(IORING_REGISTER_BUFFERS, iov, count);
  }

  /// Ends the loan of all buffers, when no request uses them any more.
  public int unregisterBuffers() {
    return register(IORING_UNREGISTER_BUFFERS, 0, 0);
  }

  /// Registers descriptors; file n is entry n, -1 leaves it empty. The kernel holds its own
  /// reference.
  public int registerFiles(int... numbers) {
    try (Scratch scratch = new Scratch((long) numbers.length * Integer.BYTES)) {
      for (int i = 0; i < numbers.length; i++) {
        Memory.ALL.set(JAVA_INT, scratch.address() + (long) i * Integer.BYTES, numbers[i]);
      }
      return register(IORING_REGISTER_FILES, scratch.address(), numbers.length);
    }
  }

  /// Puts another descriptor (or -1) into entry `index`: 1, or -errno.
  public int updateFile(int index, int number) {
    try (Scratch scratch = new Scratch(UPDATE_SIZE + Integer.BYTES)) {
      long at = scratch.address();
      Memory.ALL.set(JAVA_INT, at, index);
      Memory.ALL.set(JAVA_LONG, at + UPDATE_ADDRESS, at + UPDATE_SIZE);
      Memory.ALL.set(JAVA_INT, at + UPDATE_SIZE, number);
      return register(IORING_REGISTER_FILES_UPDATE, at, 1);
    }
  }

  /// Lets go of all registered descriptors.
  public int unregisterFiles() {
    return register(IORING_UNREGISTER_FILES, 0, 0);
  }

  /// Counts completions into an eventfd.
  public int registerEventfd(int number) {
    try (Scratch scratch = new Scratch(Integer.BYTES)) {
      Memory.ALL.set(JAVA_INT, scratch.address(), number);
      return register(IORING_REGISTER_EVENTFD, scratch.address(), 1);
    }
  }

  /// Ends that.
  public int unregisterEventfd() {
    return register(IORING_UNREGISTER_EVENTFD, 0, 0);
  }

  /// Starts a ring that was opened with [Uring#IORING_SETUP_R_DISABLED].
  public int enableRing() {
    return register(IORING_REGISTER_ENABLE_RINGS, 0, 0);
  }

  /// Tells of a [BufRing] of `entries` at `address`, which is **lent** until it is unregistered: 0,
  /// or -errno, -EEXIST when there is such a group.
  int registerBufRing(long address, int entries, int group) {
    try (Scratch scratch = new Scratch(BUF_REG_SIZE)) {
      long at = scratch.address();
      Memory.ALL.set(JAVA_LONG, at, address);
      Memory.ALL.set(JAVA_INT, at + BUF_REG_ENTRIES, entries);
      Memory.ALL.set(JAVA_SHORT, at + BUF_REG_GROUP, (short) group);
      return register(IORING_REGISTER_PBUF_RING, at, 1);
    }
  }

  /// Ends that.
  int unregisterBufRing(int group) {
    try (Scratch scratch = new Scratch(BUF_REG_SIZE)) {
      Memory.ALL.set(JAVA_SHORT, scratch.address() + BUF_REG_GROUP, (short) group);
      return register(IORING_UNREGISTER_PBUF_RING, scratch.address(), 1);
    }
  }

  /// The requests that this kernel has.
  public Set<Opcode> opcodes() throws LinuxException {
    try (Scratch scratch = new Scratch(PROBE_HEADER + (long) PROBE_OPS * PROBE_OP)) {
      long at = scratch.address();
      LinuxException.check(
          register(IORING_REGISTER_PROBE, at, PROBE_OPS),
          "io_uring_register",
          "fd",
          ring.fd(),
          "opcode",
          "PROBE");
      int count = Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, at + 1));
      Set<Opcode> supported = EnumSet.noneOf(Opcode.class);
      for (Opcode opcode : Opcode.values()) {
        long op = at + PROBE_HEADER + (long) opcode.number() * PROBE_OP;
        if (opcode.number() < count && (Memory.ALL.get(JAVA_SHORT, op + PROBE_OP_FLAGS) & 1) != 0) {
          supported.add(opcode);
        }
      }
      return supported;
    }
  }
}
