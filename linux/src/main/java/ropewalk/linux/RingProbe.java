package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Asks for io_uring, and when it is refused, by whom. It makes the two calls itself: the package
/// that maps rings stands above this one.
final class RingProbe {
  private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");
  private static final Path STATUS = Path.of("/proc/self/status");

  /// Bytes of struct io_uring_params: all zero asks for nothing special.
  private static final int PARAMS_SIZE = 120;

  private static final int IORING_REGISTER_PROBE = 8;

  /// The number of SEND_ZC among the requests.
  private static final int IORING_OP_SEND_ZC = 47;

  // struct io_uring_probe: last op (8 bits), count (8 bits), 14 more; then per op its number (8
  // bits),
  // 8 bits, flags (16 bits, bit 0: supported), 32 bits. The kernel refuses more than 256.
  private static final int PROBE_COUNT = 1;
  private static final int PROBE_HEADER = 16;
  private static final int PROBE_OP = 8;
  private static final int PROBE_OP_FLAGS = 2;
  private static final int PROBE_OPS = 256;

  private RingProbe() {}

  static Set<Integer> ask(Syscalls syscalls, List<Fact> facts) {
    Set<Integer> opcodes = new TreeSet<>();
    try (Scratch params = new Scratch(PARAMS_SIZE)) {
      int number = syscalls.ioUringSetup(2, params.address());
      if (number < 0) {
        facts.add(refused(-number));
      } else {
        try (Fd ring = new Fd(syscalls, number, "io_uring")) {
          int probed = requests(syscalls, ring, opcodes);
          facts.add(
              Fact.of(
                  Kernel.IO_URING,
                  probed,
                  "io_uring_register PROBE",
                  opcodes.size() + " kinds of request",
                  "Linux 5.6 or later"));
        }
      }
    }
    facts.add(
        opcodes.contains(IORING_OP_SEND_ZC)
            ? Fact.yes(Kernel.SEND_ZC, "on loopback the kernel copies all the same")
            : Fact.no(Kernel.SEND_ZC, "no such request", "io_uring of Linux 6.0 or later"));
    return opcodes;
  }

  private static int requests(Syscalls syscalls, Fd ring, Set<Integer> opcodes) {
    try (Scratch probe = new Scratch(PROBE_HEADER + PROBE_OPS * PROBE_OP)) {
      long at = probe.address();
      int result = syscalls.ioUringRegister(ring.number(), IORING_REGISTER_PROBE, at, PROBE_OPS);
      int count = Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, at + PROBE_COUNT));
      for (int i = 0; i < count && result >= 0; i++) {
        long op = at + PROBE_HEADER + (long) i * PROBE_OP;
        if ((Memory.ALL.get(JAVA_SHORT, op + PROBE_OP_FLAGS) & 1) != 0) {
          opcodes.add(i);
        }
      }
      return result;
    }
  }

  private static Fact refused(int errno) {
    String filter = "allow io_uring_setup, _enter and _register in the seccomp profile";
    String disabled = line(DISABLED, "");
    return switch (errno) {
      case Errno.ENOSYS ->
          isFiltered()
              ? Fact.no(Kernel.IO_URING, "ENOSYS: hidden by a seccomp filter", filter)
              : Fact.no(Kernel.IO_URING, "ENOSYS: not in this kernel", "Linux 5.1 or later");
      case Errno.EPERM ->
          disabled.equals("1") || disabled.equals("2")
              ? Fact.no(
                  Kernel.IO_URING,
                  "EPERM: kernel.io_uring_disabled=" + disabled,
                  "sysctl kernel.io_uring_disabled=0")
              : Fact.no(Kernel.IO_URING, "EPERM: denied by a seccomp filter or policy", filter);
      case Errno.ENOMEM ->
          Fact.no(Kernel.IO_URING, "ENOMEM: the memlock limit is too small", "raise ulimit -l");
      default -> Fact.no(Kernel.IO_URING, "io_uring_setup: " + Errno.name(errno), "");
    };
  }

  private static boolean isFiltered() {
    return line(STATUS, "Seccomp:").equals("2");
  }

  /// What follows `key` on its line, or nothing.
  private static String line(Path path, String key) {
    try {
      for (String line : Files.readAllLines(path)) {
        if (line.startsWith(key)) {
          return line.substring(key.length()).strip();
        }
      }
    } catch (IOException e) {
      // Older kernels have no such file: nothing follows.
    }
    return "";
  }
}
