package ropewalk.linux;

/// Words for [Syscalls#splice], [Syscalls#tee] and [Syscalls#vmsplice].
public final class Splices {
  private Splices() {}

  // ---- flags

  /// Move pages if you can. The kernel has ignored it since 2007.
  public static final int SPLICE_F_MOVE = 0x01;

  /// Do not wait for the pipe; the other end has its own O_NONBLOCK.
  public static final int SPLICE_F_NONBLOCK = 0x02;

  /// More will follow: a socket may wait to fill its packet.
  public static final int SPLICE_F_MORE = 0x04;

  /// vmsplice **gives** the pages: never touch them again.
  public static final int SPLICE_F_GIFT = 0x08;

  // ---- limits

  /// The most one call moves, in bytes: the kernel keeps the count within a signed int, page
  /// aligned.
  public static final int MOVE_MAX = 0x7fff_f000;

  /// Bytes up to which a write to a pipe is all or nothing.
  public static final int PIPE_BUF = 4096;
}
