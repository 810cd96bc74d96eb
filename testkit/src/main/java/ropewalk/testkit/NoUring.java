package ropewalk.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import ropewalk.linux.Abi;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.Seccomp;
import ropewalk.linux.Syscalls;

/// Denies io_uring to this process as container profiles do: io_uring_setup answers -EPERM, from
/// now on and in every thread. It can't be undone, so it is done once per virtual machine, before
/// the first test, and only when asked: `-Dropewalk.deny=io_uring`.
///
/// ```
///   0  A = the machine                 3  A == io_uring_setup ? next : 5
///   1  A == ours ? next : 5            4  answer -EPERM
///   2  A = the call's number           5  go on
/// ```
public final class NoUring implements BeforeAllCallback {
  /// The same number on every machine: io_uring is younger than the common table.
  private static final int NR_IO_URING_SETUP = 425;

  /// Classic BPF: load a word, jump if equal, return.
  private static final int LD_ABS = 0x20;

  private static final int JEQ = 0x15;
  private static final int RET = 0x06;

  private static final int FILTER_SIZE = 8;
  private static final int PROGRAM_SIZE = 16;

  private static boolean denied;

  @Override
  public void beforeAll(ExtensionContext context) throws LinuxException {
    if (System.getProperty("ropewalk.deny", "").equals("io_uring")) {
      once();
    }
  }

  private static synchronized void once() throws LinuxException {
    if (!denied) {
      deny(HostSyscalls.host());
      denied = true;
    }
  }

  /// Installs the filter for all threads of this process.
  public static void deny(Syscalls syscalls) throws LinuxException {
    int[][] filter = {
      {LD_ABS, 0, 0, Seccomp.SECCOMP_DATA_ARCH},
      {JEQ, 0, 3, Abi.AUDIT_ARCH},
      {LD_ABS, 0, 0, Seccomp.SECCOMP_DATA_NR},
      {JEQ, 0, 1, NR_IO_URING_SETUP},
      {RET, 0, 0, Seccomp.SECCOMP_RET_ERRNO | Errno.EPERM},
      {RET, 0, 0, Seccomp.SECCOMP_RET_ALLOW},
    };
    try (Scratch scratch = new Scratch(PROGRAM_SIZE + (long) FILTER_SIZE * filter.length)) {
      MemorySegment memory = scratch.segment();
      memory.set(ValueLayout.JAVA_SHORT, 0, (short) filter.length);
      memory.set(ValueLayout.JAVA_LONG, 8, scratch.address() + PROGRAM_SIZE);
      for (int i = 0; i < filter.length; i++) {
        long at = PROGRAM_SIZE + (long) i * FILTER_SIZE;
        memory.set(ValueLayout.JAVA_SHORT, at, (short) filter[i][0]);
        memory.set(ValueLayout.JAVA_BYTE, at + 2, (byte) filter[i][1]);
        memory.set(ValueLayout.JAVA_BYTE, at + 3, (byte) filter[i][2]);
        memory.set(ValueLayout.JAVA_INT, at + 4, filter[i][3]);
      }
      LinuxException.check(
          syscalls.prctl(Seccomp.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "no_new_privs", 1);
      LinuxException.check(
          syscalls.seccomp(
              Seccomp.SECCOMP_SET_MODE_FILTER,
              Seccomp.SECCOMP_FILTER_FLAG_TSYNC,
              scratch.address()),
          "seccomp",
          "deny",
          "io_uring_setup");
    }
  }
}
