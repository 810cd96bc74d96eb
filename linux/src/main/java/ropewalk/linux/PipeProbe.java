package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.util.List;

/// Asks for splice and its kin, and whether a spliced page is the file's own.
///
/// ```
///   file [AAAA] --splice--> pipe        write B over the file        read the pipe
///                                                                    B: the page is shared
///                                                                    A: the kernel copied
/// ```
final class PipeProbe {
  private static final byte OLD = 'A';
  private static final byte NEW = 'B';

  private PipeProbe() {}

  static void ask(Syscalls syscalls, List<Fact> facts) throws IOException {
    int page = Abi.pageSize();
    long first = syscalls.pipe2(Open.O_CLOEXEC | Open.O_NONBLOCK);
    LinuxException.check(first, "pipe2");
    try (Fd out = new Fd(syscalls, Syscalls.first(first), "pipe");
        Fd in = new Fd(syscalls, Syscalls.second(first), "pipe");
        Fd file = FileProbe.unnamed(syscalls);
        Fd target = FileProbe.unnamed(syscalls);
        Mapping memory = Mapping.anonymous(syscalls, page, 0)) {
      long at = memory.address();
      memory.segment().fill(OLD);
      LinuxException.check(
          syscalls.pwrite(file.number(), at, page, 0), "pwrite", "fd", file, "length", page);
      long spliced = syscalls.splice(file.number(), 0, in.number(), -1, page, 0);
      facts.add(Fact.of(Kernel.SPLICE, spliced, "splice", "file to pipe", "Linux 2.6.17"));
      if (spliced > 0) {
        facts.add(tee(syscalls, out));
        memory.segment().fill(NEW);
        syscalls.pwrite(file.number(), at, page, 0);
        long read = syscalls.read(out.number(), at, page);
        facts.add(shares(read, Memory.ALL.get(JAVA_BYTE, at)));
      }
      long copied = syscalls.copyFileRange(file.number(), 0, target.number(), 0, page);
      facts.add(
          Fact.of(
              Kernel.COPY_FILE_RANGE,
              copied,
              "copy_file_range",
              "between two files of " + System.getProperty("java.io.tmpdir"),
              "another file system"));
    }
  }

  private static Fact tee(Syscalls syscalls, Fd source) throws IOException {
    long pair = syscalls.pipe2(Open.O_CLOEXEC | Open.O_NONBLOCK);
    LinuxException.check(pair, "pipe2");
    try (Fd unread = new Fd(syscalls, Syscalls.first(pair), "pipe");
        Fd in = new Fd(syscalls, Syscalls.second(pair), "pipe")) {
      assert unread.isOpen(); // a pipe whose read end is closed takes nothing
      long teed = syscalls.tee(source.number(), in.number(), Abi.pageSize(), 0);
      return Fact.of(Kernel.TEE, teed, "tee", "pipe to pipe", "Linux 2.6.17");
    }
  }

  private static Fact shares(long read, byte seen) {
    if (read <= 0) {
      return Fact.unknown(Kernel.SPLICE_SHARES, "read of the pipe: " + read);
    }
    return seen == NEW
        ? Fact.yes(Kernel.SPLICE_SHARES, "a write after splice shows in the pipe")
        : Fact.no(Kernel.SPLICE_SHARES, "this kernel's splice copies", "");
  }
}
