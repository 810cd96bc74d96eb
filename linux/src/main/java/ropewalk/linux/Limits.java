package ropewalk.linux;

/// Names of limits and of facts about the machine: sysconf and getrlimit.
public final class Limits {
  private Limits() {}

  // ---- sysconf

  /// Clock ticks per second.
  public static final int _SC_CLK_TCK = 2;

  /// Iovecs per call.
  public static final int _SC_IOV_MAX = 60;

  /// Bytes per page.
  public static final int _SC_PAGESIZE = 30;

  /// Processors that run.
  public static final int _SC_NPROCESSORS_ONLN = 84;

  /// Pages of memory.
  public static final int _SC_PHYS_PAGES = 85;

  // ---- getrlimit

  /// Descriptors of this process.
  public static final int RLIMIT_NOFILE = 7;

  /// Bytes this user may lock: registered buffers count.
  public static final int RLIMIT_MEMLOCK = 8;

  /// Bytes of address space.
  public static final int RLIMIT_AS = 9;

  /// Bytes of the largest file.
  public static final int RLIMIT_FSIZE = 1;

  /// No limit.
  public static final long RLIM_INFINITY = -1L;

  // ---- vectors

  /// The most iovecs one call takes: UIO_MAXIOV.
  public static final int IOV_MAX = 1024;
}
