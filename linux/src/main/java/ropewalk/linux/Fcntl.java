package ropewalk.linux;

/// Commands of fcntl, and the words for leases, their signal, and seals.
public final class Fcntl {
  private Fcntl() {}

  // ---- commands

  /// The lowest free number at or above the argument, for the same open file.
  public static final int F_DUPFD = 0;

  /// Descriptor flags.
  public static final int F_GETFD = 1;

  /// Sets descriptor flags.
  public static final int F_SETFD = 2;

  /// Status flags of the open file.
  public static final int F_GETFL = 3;

  /// Sets O_APPEND, O_NONBLOCK, O_DIRECT, O_NOATIME.
  public static final int F_SETFL = 4;

  /// Who gets the signals of this descriptor.
  public static final int F_SETOWN = 8;

  /// Which signal that is; 0 for SIGIO.
  public static final int F_SETSIG = 10;

  /// The signal set by [#F_SETSIG].
  public static final int F_GETSIG = 11;

  /// As [#F_SETOWN], with a struct that can name a thread.
  public static final int F_SETOWN_EX = 15;

  /// Who holds a lock on the range, by open file.
  public static final int F_OFD_GETLK = 36;

  /// Locks a range, by open file, without waiting.
  public static final int F_OFD_SETLK = 37;

  /// Takes or drops a lease: [#F_RDLCK], [#F_WRLCK], [#F_UNLCK].
  public static final int F_SETLEASE = 1024;

  /// The lease held; while it is being broken, the one to go down to.
  public static final int F_GETLEASE = 1025;

  /// As [#F_DUPFD], not inherited by programs that are executed.
  public static final int F_DUPFD_CLOEXEC = 1030;

  /// Sets the bytes a pipe holds; answers what it became.
  public static final int F_SETPIPE_SZ = 1031;

  /// The bytes a pipe holds.
  public static final int F_GETPIPE_SZ = 1032;

  /// Adds seals to a memfd; they never come off.
  public static final int F_ADD_SEALS = 1033;

  /// The seals of a memfd; -EINVAL for other files.
  public static final int F_GET_SEALS = 1034;

  // ---- their arguments

  /// The one descriptor flag.
  public static final int FD_CLOEXEC = 1;

  /// Shared.
  public static final int F_RDLCK = 0;

  /// Exclusive.
  public static final int F_WRLCK = 1;

  /// None.
  public static final int F_UNLCK = 2;

  /// For [#F_SETSIG]: a signal that nobody sees unless he asks for it, unlike SIGIO, which ends a
  /// process that has no handler. A lease that is given up or broken sets the signal back to SIGIO.
  public static final int SIGURG = 23;

  /// No further seals.
  public static final int F_SEAL_SEAL = 0x01;

  /// Never shorter.
  public static final int F_SEAL_SHRINK = 0x02;

  /// Never longer.
  public static final int F_SEAL_GROW = 0x04;

  /// Never written again; refused while a writable mapping exists.
  public static final int F_SEAL_WRITE = 0x08;

  /// No new writers; writable mappings that exist keep writing.
  public static final int F_SEAL_FUTURE_WRITE = 0x10;
}
