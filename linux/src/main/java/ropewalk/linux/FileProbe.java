package ropewalk.linux;

import java.util.List;

/// Asks for what files offer: openat2, seals, leases, alignments, /dev/fuse.
final class FileProbe {
  private FileProbe() {}

  static void ask(Syscalls syscalls, List<Fact> facts) throws LinuxException {
    facts.add(openat2(syscalls));
    facts.add(seals(syscalls));
    try (Fd file = unnamed(syscalls)) {
      facts.add(dioalign(syscalls, file));
      facts.add(leases(syscalls, file));
    }
    facts.add(fuse(syscalls));
  }

  /// Opens a file without a name in the directory for temporary files; a memfd where that has none.
  static Fd unnamed(Syscalls syscalls) throws LinuxException {
    String dir = System.getProperty("java.io.tmpdir", "/tmp");
    int flags = Open.O_TMPFILE | Open.O_RDWR | Open.O_CLOEXEC;
    int number = syscalls.openat2(Open.AT_FDCWD, dir, flags, 0600, 0);
    if (number >= 0) {
      return new Fd(syscalls, number, "file without a name in " + dir);
    }
    int memfd = syscalls.memfdCreate("probe", Maps.MFD_CLOEXEC);
    return Fd.of(syscalls, memfd, "memfd probe", "memfd_create", "name", "probe");
  }

  private static Fact openat2(Syscalls syscalls) {
    int flags = Open.O_PATH | Open.O_DIRECTORY | Open.O_CLOEXEC;
    int number = syscalls.openat2(Open.AT_FDCWD, "/", flags, 0, 0);
    if (number < 0) {
      return Fact.no(Kernel.OPENAT2, "openat2: " + Errno.name(number), "Linux 5.6 or later");
    }
    try (Fd root = new Fd(syscalls, number, "directory /")) {
      int beneath = syscalls.openat2(root.number(), "..", flags, 0, Open.RESOLVE_BENEATH);
      if (beneath >= 0) {
        syscalls.close(beneath);
        return Fact.no(Kernel.OPENAT2, "RESOLVE_BENEATH let a path out", "");
      }
      return Fact.yes(Kernel.OPENAT2, "with resolve rules");
    }
  }

  private static Fact seals(Syscalls syscalls) {
    int number = syscalls.memfdCreate("probe", Maps.MFD_CLOEXEC | Maps.MFD_ALLOW_SEALING);
    if (number < 0) {
      return Fact.no(Kernel.SEALS, "memfd_create: " + Errno.name(number), "Linux 3.17 or later");
    }
    try (Fd memfd = new Fd(syscalls, number, "memfd probe")) {
      int sealed = syscalls.fcntl(memfd.number(), Fcntl.F_ADD_SEALS, Fcntl.F_SEAL_WRITE);
      return Fact.of(Kernel.SEALS, sealed, "fcntl F_ADD_SEALS", "a sealed memfd can't change", "");
    }
  }

  private static Fact dioalign(Syscalls syscalls, Fd file) {
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      long at = scratch.address();
      int result = syscalls.statx(file.number(), "", Open.AT_EMPTY_PATH, Statx.STATX_DIOALIGN, at);
      if (result < 0 || (Statx.mask(at) & Statx.STATX_DIOALIGN) == 0) {
        String detail = result < 0 ? "statx: " + Errno.name(result) : "not told by " + file.what();
        return Fact.no(Kernel.DIOALIGN, detail, "Linux 6.1 or later; else ask the block device");
      }
      return Fact.yes(
          Kernel.DIOALIGN,
          "memory " + Statx.dioMemAlign(at) + ", offset " + Statx.dioOffsetAlign(at) + " bytes");
    }
  }

  /// A read lease is granted while nobody has the file open for writing, ourselves included: so the
  /// file is opened once more for reading, and the writing descriptor closed before.
  private static Fact leases(Syscalls syscalls, Fd file) {
    String self = "/proc/self/fd/" + file.number();
    int number = syscalls.openat2(Open.AT_FDCWD, self, Open.O_RDONLY | Open.O_CLOEXEC, 0, 0);
    if (number < 0) {
      return Fact.unknown(Kernel.LEASES, "openat2 of " + self + ": " + Errno.name(number));
    }
    try (Fd reader = new Fd(syscalls, number, "file")) {
      file.close();
      int granted = syscalls.fcntl(reader.number(), Fcntl.F_SETLEASE, Fcntl.F_RDLCK);
      if (granted == 0) {
        syscalls.fcntl(reader.number(), Fcntl.F_SETLEASE, Fcntl.F_UNLCK);
      }
      String remedy = "own the file, or CAP_LEASE; network and overlay file systems have none";
      return Fact.of(Kernel.LEASES, granted, "fcntl F_SETLEASE", "read leases", remedy);
    }
  }

  private static Fact fuse(Syscalls syscalls) {
    int number = syscalls.openat2(Open.AT_FDCWD, "/dev/fuse", Open.O_RDWR | Open.O_CLOEXEC, 0, 0);
    if (number >= 0) {
      syscalls.close(number);
    }
    String remedy = "modprobe fuse, and in a container --device /dev/fuse";
    return Fact.of(Kernel.FUSE, number, "open of /dev/fuse", "/dev/fuse opens", remedy);
  }
}
