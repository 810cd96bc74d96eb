package ropewalk.linux;

/// The one table of what differs between x86-64 and aarch64, and what must be asked of the machine.
///
/// Everything else in this package is the same on both. A C program compiled by the tests prints
/// the numbers of the machine it runs on; the test compares them with this table and with every
/// layout.
///
/// Call numbers are here because every call goes through libc's `syscall(2)`: one entry, and no
/// dependence on what wrappers a C library has. Where aarch64 lacks an old call (poll, epoll_wait)
/// both machines use the new one.
public final class Abi {
  /// The machines this table knows.
  public enum Machine {
    /// amd64.
    X86_64,
    /// arm64.
    AARCH64
  }

  /// The machine this process runs on.
  public static final Machine MACHINE = machine(System.getProperty("os.arch", "unknown"));

  // ---- flags                                               x86-64    aarch64

  static final int O_DIRECT = pick(0x4000, 0x10000);
  static final int O_LARGEFILE = pick(0x8000, 0x20000);
  static final int O_DIRECTORY = pick(0x10000, 0x4000);
  static final int O_NOFOLLOW = pick(0x20000, 0x8000);

  // ---- layouts

  /// Bytes of a struct epoll_event: packed on x86-64 alone, so that 32-bit programs share it.
  static final int EPOLL_EVENT_SIZE = pick(12, 16);

  /// Offset of the 64 bits of user data in it.
  static final int EPOLL_EVENT_DATA = pick(4, 8);

  /// The machine as a seccomp filter sees it: AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64.
  public static final int AUDIT_ARCH = pick(0xc000003e, 0xc00000b7);

  // ---- call numbers

  static final int NR_OPENAT2 = pick(437, 437);
  static final int NR_CLOSE = pick(3, 57);
  static final int NR_READ = pick(0, 63);
  static final int NR_WRITE = pick(1, 64);
  static final int NR_PREAD64 = pick(17, 67);
  static final int NR_PWRITE64 = pick(18, 68);
  static final int NR_PREADV2 = pick(327, 286);
  static final int NR_PWRITEV2 = pick(328, 287);
  static final int NR_LSEEK = pick(8, 62);
  static final int NR_FTRUNCATE = pick(77, 46);
  static final int NR_FALLOCATE = pick(285, 47);
  static final int NR_FSYNC = pick(74, 82);
  static final int NR_FDATASYNC = pick(75, 83);
  static final int NR_STATX = pick(332, 291);
  static final int NR_FCNTL = pick(72, 25);
  static final int NR_IOCTL = pick(16, 29);
  static final int NR_COPY_FILE_RANGE = pick(326, 285);
  static final int NR_SENDFILE = pick(40, 71);
  static final int NR_UNLINKAT = pick(263, 35);
  static final int NR_RENAMEAT2 = pick(316, 276);
  static final int NR_LINKAT = pick(265, 37);
  static final int NR_FADVISE64 = pick(221, 223);
  static final int NR_PIPE2 = pick(293, 59);
  static final int NR_SPLICE = pick(275, 76);
  static final int NR_TEE = pick(276, 77);
  static final int NR_VMSPLICE = pick(278, 75);
  static final int NR_MEMFD_CREATE = pick(319, 279);
  static final int NR_MMAP = pick(9, 222);
  static final int NR_MUNMAP = pick(11, 215);
  static final int NR_MADVISE = pick(28, 233);
  static final int NR_SOCKET = pick(41, 198);
  static final int NR_SOCKETPAIR = pick(53, 199);
  static final int NR_BIND = pick(49, 200);
  static final int NR_LISTEN = pick(50, 201);
  static final int NR_ACCEPT4 = pick(288, 242);
  static final int NR_CONNECT = pick(42, 203);
  static final int NR_SHUTDOWN = pick(48, 210);
  static final int NR_GETSOCKNAME = pick(51, 204);
  static final int NR_GETPEERNAME = pick(52, 205);
  static final int NR_SETSOCKOPT = pick(54, 208);
  static final int NR_GETSOCKOPT = pick(55, 209);
  static final int NR_SENDTO = pick(44, 206);
  static final int NR_RECVFROM = pick(45, 207);
  static final int NR_SENDMSG = pick(46, 211);
  static final int NR_RECVMSG = pick(47, 212);
  static final int NR_EPOLL_CREATE1 = pick(291, 20);
  static final int NR_EPOLL_CTL = pick(233, 21);
  static final int NR_EPOLL_PWAIT = pick(281, 22);
  static final int NR_PPOLL = pick(271, 73);
  static final int NR_EVENTFD2 = pick(290, 19);
  static final int NR_IO_URING_SETUP = pick(425, 425);
  static final int NR_IO_URING_ENTER = pick(426, 426);
  static final int NR_IO_URING_REGISTER = pick(427, 427);
  static final int NR_SECCOMP = pick(317, 277);
  static final int NR_PRCTL = pick(157, 167);
  static final int NR_PRLIMIT64 = pick(302, 261);
  static final int NR_UNAME = pick(63, 160);
  static final int NR_CLOCK_GETTIME = pick(228, 113);

  private static final int PAGE_SIZE = (int) Libc.sysconf(Limits._SC_PAGESIZE);

  private Abi() {}

  /// Bytes per page of this kernel, asked and not assumed: 4096, 16384 or 65536.
  public static int pageSize() {
    return PAGE_SIZE;
  }

  private static int pick(int x86, int arm) {
    return MACHINE == Machine.X86_64 ? x86 : arm;
  }

  private static Machine machine(String name) {
    return switch (name) {
      case "amd64", "x86_64" -> Machine.X86_64;
      case "aarch64" -> Machine.AARCH64;
      default ->
          throw new UnsupportedOperationException(
              "Ropewalk knows the calls of x86-64 and aarch64, not of os.arch=" + name);
    };
  }
}
