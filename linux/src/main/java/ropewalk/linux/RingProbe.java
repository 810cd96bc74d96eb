package ropewalk.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Registered;
import ropewalk.linux.uring.Uring;

/// Asks for io_uring, and when it is refused, by whom.
final class RingProbe {
  private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");
  private static final Path STATUS = Path.of("/proc/self/status");

  private RingProbe() {}

  static Set<Opcode> ask(Syscalls syscalls, List<Fact> facts) {
    Set<Opcode> opcodes = Set.of();
    try (Uring ring = Uring.open(syscalls, 2, 0)) {
      opcodes = new Registered(ring).opcodes();
      facts.add(Fact.yes(Kernel.IO_URING, opcodes.size() + " kinds of request known here"));
    } catch (LinuxException e) {
      facts.add(refused(e));
    }
    facts.add(
        opcodes.contains(Opcode.SEND_ZC)
            ? Fact.yes(Kernel.SEND_ZC, "on loopback the kernel copies all the same")
            : Fact.no(Kernel.SEND_ZC, "no such request", "io_uring of Linux 6.0 or later"));
    return opcodes;
  }

  private static Fact refused(LinuxException e) {
    String filter = "allow io_uring_setup, _enter and _register in the seccomp profile";
    String disabled = line(DISABLED, "");
    if (!e.call().equals("io_uring_setup")) {
      return Fact.no(Kernel.IO_URING, String.valueOf(e.getMessage()), "");
    }
    return switch (e.errno()) {
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
      default -> Fact.no(Kernel.IO_URING, String.valueOf(e.getMessage()), "");
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
