package ropewalk.linux;

/// Words for a filter over a thread's calls. Tests deny io_uring by it, as container profiles do.
public final class Seccomp {
  private Seccomp() {}

  // ---- prctl

  /// No more privileges for this thread and its children; a filter needs it.
  public static final int PR_SET_NO_NEW_PRIVS = 38;

  /// Whether that is so.
  public static final int PR_GET_NO_NEW_PRIVS = 39;

  /// 0 no filter, 2 a filter.
  public static final int PR_GET_SECCOMP = 21;

  // ---- seccomp

  /// Installs a struct sock_fprog.
  public static final int SECCOMP_SET_MODE_FILTER = 1;

  /// Whether an action is known.
  public static final int SECCOMP_GET_ACTION_AVAIL = 2;

  /// For all threads of the process.
  public static final int SECCOMP_FILTER_FLAG_TSYNC = 1;

  /// Filter's answer: go on.
  public static final int SECCOMP_RET_ALLOW = 0x7fff0000;

  /// Filter's answer: -errno, the number in the low 16 bits.
  public static final int SECCOMP_RET_ERRNO = 0x00050000;

  /// Offset of the call's number in what the filter sees.
  public static final int SECCOMP_DATA_NR = 0;

  /// Offset of the machine in what the filter sees.
  public static final int SECCOMP_DATA_ARCH = 4;
}
