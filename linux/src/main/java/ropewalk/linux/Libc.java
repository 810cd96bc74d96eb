package ropewalk.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The few functions of the C library that we call: `syscall` in two shapes, and three that are no
/// system calls.
///
/// ```
///  HostSyscalls.read(fd, address, length)
///        |
///        v
///  Libc.call(NR_READ, fd, address, length, 0, 0, 0)
///        |  takes a Cell (errno goes there), native state, safepoints stay possible
///        v
///  libc syscall(2) ---> kernel        result >= 0, or -1 and errno in the cell
/// ```
///
/// None of them is linked as `critical`: such a call holds up the collector until it returns, and
/// every one of ours may wait.
@SuppressWarnings("restricted") // this module alone may: the rest of the house is refused by the VM
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  /// `long syscall(long number, ...)` with six numbers. Arguments a call does not have are zeroes
  /// in registers, which cost nothing that can be measured beside the call itself.
  private static final MethodHandle SYSCALL =
      link("syscall", JAVA_LONG, ERRNO, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /// The same with a pointer in the second place, where `read`, `send` and their kin have their
  /// buffer: a segment passed there is kept alive by the virtual machine during the call.
  private static final MethodHandle SYSCALL_BUFFER =
      link("syscall", JAVA_LONG, ERRNO, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle CALLOC =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("calloc"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private static final MethodHandle FREE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(JAVA_LONG));

  private static final MethodHandle SYSCONF =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("sysconf"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

  private Libc() {}

  private static MethodHandle link(
      String name,
      MemoryLayout result,
      Linker.Option option,
      MemoryLayout second,
      MemoryLayout third,
      MemoryLayout fourth,
      MemoryLayout fifth) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(
            result, JAVA_LONG, JAVA_LONG, second, third, fourth, fifth, JAVA_LONG),
        option);
  }

  /// A call whose arguments are all numbers: the result, or -errno.
  static long call(long number, long a, long b, long c, long d, long e, long f) {
    Cell cell = Cell.take();
    try {
      long result = (long) SYSCALL.invokeExact(cell.segment, number, a, b, c, d, e, f);
      return result == -1 ? -cell.errno() : result;
    } catch (Throwable t) {
      throw unexpected(t);
    } finally {
      cell.give();
    }
  }

  /// A call with a buffer in the second place: the result, or -errno.
  static long call(long number, long a, MemorySegment b, long c, long d, long e, long f) {
    Cell cell = Cell.take();
    try {
      long result = (long) SYSCALL_BUFFER.invokeExact(cell.segment, number, a, b, c, d, e, f);
      return result == -1 ? -cell.errno() : result;
    } catch (Throwable t) {
      throw unexpected(t);
    } finally {
      cell.give();
    }
  }

  /// A call that needs a cell beyond its errno: the caller has taken `cell` and gives it back.
  static long callWith(Cell cell, long number, long a, long b, long c, long d, long e, long f) {
    try {
      long result = (long) SYSCALL.invokeExact(cell.segment, number, a, b, c, d, e, f);
      return result == -1 ? -cell.errno() : result;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Gives `bytes` zeroed bytes from malloc, aligned to 16; 0 when there are none.
  static long calloc(long bytes) {
    try {
      return (long) CALLOC.invokeExact(1L, bytes);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Takes back what [#calloc] gave.
  static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// A fact of the C library, or -1.
  static long sysconf(int name) {
    try {
      return (long) SYSCONF.invokeExact(name);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// Downcalls throw nothing of their own but what a bad segment argument deserves.
  private static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      return e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    return new IllegalStateException("a downcall threw a checked exception", thrown);
  }
}
