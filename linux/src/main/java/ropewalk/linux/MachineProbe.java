package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Asks for the frame: release, page size, limits, container, virtual machine.
final class MachineProbe {
  private static final Path CGROUP_ROOT = Path.of("/sys/fs/cgroup");
  private static final Path CGROUP_V1_LIMIT =
      Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes");

  /// Version 1 says "no limit" by a number near 2^63, rounded to pages: anything this large is
  /// that.
  private static final long CGROUP_V1_NO_LIMIT = 1L << 62;

  private MachineProbe() {}

  static void ask(Syscalls syscalls, List<Fact> facts) {
    facts.add(release(syscalls));
    facts.add(Fact.number(Kernel.PAGE_SIZE, Abi.pageSize(), "bytes", ""));
    facts.add(memlock(syscalls));
    facts.add(pipeMaxSize());
    facts.add(folios());
    facts.add(memoryLimit());
    facts.add(jdk(Runtime.version()));
  }

  private static Fact release(Syscalls syscalls) {
    try (Scratch uname = new Scratch(Uname.SIZE)) {
      int result = syscalls.uname(uname.address());
      return result < 0
          ? Fact.unknown(Kernel.RELEASE, "uname: " + Errno.name(result))
          : new Fact(Kernel.RELEASE, Uname.release(uname.address()), Abi.MACHINE.toString(), "");
    }
  }

  private static Fact memlock(Syscalls syscalls) {
    try (Scratch limits = new Scratch(2 * Long.BYTES)) {
      int result = syscalls.getrlimit(Limits.RLIMIT_MEMLOCK, limits.address());
      if (result < 0) {
        return Fact.unknown(Kernel.MEMLOCK, "getrlimit: " + Errno.name(result));
      }
      long soft = Memory.ALL.get(JAVA_LONG, limits.address());
      if (soft == Limits.RLIM_INFINITY) {
        return Fact.number(Kernel.MEMLOCK, Long.MAX_VALUE, "no limit", "");
      }
      String remedy = "more registered buffers: ulimit -l, or LimitMEMLOCK= of the service";
      return Fact.number(Kernel.MEMLOCK, soft, "bytes, for registered buffers", remedy);
    }
  }

  private static Fact pipeMaxSize() {
    Path path = Path.of("/proc/sys/fs/pipe-max-size");
    try {
      return new Fact(Kernel.PIPE_MAX_SIZE, first(path), "bytes", "");
    } catch (IOException e) {
      return Fact.unknown(Kernel.PIPE_MAX_SIZE, "cannot read " + path);
    }
  }

  /// Whether memory that was given away comes back as one folio of 64 KiB, by one fault, or as
  /// sixteen pages: an administrator's choice, off by default.
  private static Fact folios() {
    Path path = Path.of("/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled");
    try {
      String choice = first(path);
      String what = "memory in folios of 64 KiB";
      if (!choice.contains("[never]")) {
        return Fact.yes(Kernel.FOLIOS_64K, what + ": " + choice);
      }
      return Fact.no(
          Kernel.FOLIOS_64K,
          what + ": " + choice,
          "given pages come back for a third of the price: echo madvise > " + path);
    } catch (IOException e) {
      return Fact.unknown(Kernel.FOLIOS_64K, "cannot read " + path);
    }
  }

  /// The smallest limit between this process's group and the root; both versions of cgroups.
  static Fact memoryLimit() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
        if (line.startsWith("0::/")) {
          long limit = smallest(CGROUP_ROOT.resolve(line.substring("0::/".length())));
          if (limit != Long.MAX_VALUE) {
            return Fact.number(Kernel.MEMORY_LIMIT, limit, "bytes, cgroup memory.max", "");
          }
        }
      }
      if (Files.isReadable(CGROUP_V1_LIMIT)) {
        long limit = Long.parseLong(first(CGROUP_V1_LIMIT));
        if (limit < CGROUP_V1_NO_LIMIT) {
          return Fact.number(Kernel.MEMORY_LIMIT, limit, "bytes, cgroup v1", "");
        }
      }
      return Fact.no(Kernel.MEMORY_LIMIT, "no limit but the machine's memory", "");
    } catch (IOException | NumberFormatException e) {
      return Fact.unknown(Kernel.MEMORY_LIMIT, String.valueOf(e.getMessage()));
    }
  }

  private static long smallest(Path group) throws IOException {
    long limit = Long.MAX_VALUE;
    for (Path at = group.normalize();
        at != null && at.startsWith(CGROUP_ROOT);
        at = at.getParent()) {
      Path file = at.resolve("memory.max");
      String text = Files.isReadable(file) ? first(file) : "max";
      limit = text.equals("max") ? limit : Math.min(limit, Long.parseLong(text));
    }
    return limit;
  }

  /// The first line. Not by Files.readString: it reads one byte first where the size says 0, and
  /// the files of /proc/sys answer their number to the first read alone.
  private static String first(Path path) throws IOException {
    List<String> lines = Files.readAllLines(path);
    return lines.isEmpty() ? "" : lines.getFirst().strip();
  }

  /// JDK-8377811: the collector of 25.0.0 to 25.0.2 has a bug that later updates do not have.
  static Fact jdk(Runtime.Version version) {
    boolean isBad = version.feature() == 25 && version.interim() == 0 && version.update() <= 2;
    return new Fact(
        Kernel.JDK,
        version.feature() + "." + version.interim() + "." + version.update(),
        isBad ? "has the collector's bug JDK-8377811" : version.toString(),
        isBad ? "use 25.0.3 or later" : "");
  }
}
