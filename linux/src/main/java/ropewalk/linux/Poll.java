package ropewalk.linux;

/// Words for waiting: poll, epoll, eventfd.
public final class Poll {
  private Poll() {}

  // ---- what may happen

  /// Can be read, or has ended.
  public static final int POLLIN = 0x001;

  /// Something urgent.
  public static final int POLLPRI = 0x002;

  /// Can be written.
  public static final int POLLOUT = 0x004;

  /// An error; for a pipe's write end: no reader. Always reported.
  public static final int POLLERR = 0x008;

  /// Both directions have ended. Always reported.
  public static final int POLLHUP = 0x010;

  /// Not an open descriptor. Always reported, by poll alone.
  public static final int POLLNVAL = 0x020;

  /// The peer has ended its direction.
  public static final int POLLRDHUP = 0x2000;

  // ---- epoll

  /// Not inherited by programs that are executed.
  public static final int EPOLL_CLOEXEC = 0x80000;

  /// Begins an interest.
  public static final int EPOLL_CTL_ADD = 1;

  /// Ends it.
  public static final int EPOLL_CTL_DEL = 2;

  /// Changes it, and arms a one-shot again.
  public static final int EPOLL_CTL_MOD = 3;

  /// As [#POLLIN].
  public static final int EPOLLIN = 0x001;

  /// As [#POLLPRI].
  public static final int EPOLLPRI = 0x002;

  /// As [#POLLOUT].
  public static final int EPOLLOUT = 0x004;

  /// As [#POLLERR].
  public static final int EPOLLERR = 0x008;

  /// As [#POLLHUP].
  public static final int EPOLLHUP = 0x010;

  /// As [#POLLRDHUP].
  public static final int EPOLLRDHUP = 0x2000;

  /// Wakes one of several waiters.
  public static final int EPOLLEXCLUSIVE = 0x10000000;

  /// Fires once, then waits for EPOLL_CTL_MOD.
  public static final int EPOLLONESHOT = 0x40000000;

  /// Fires on changes only.
  public static final int EPOLLET = 0x80000000;

  // ---- eventfd

  /// A read takes one, not all.
  public static final int EFD_SEMAPHORE = 0x1;

  /// Answers -EAGAIN instead of waiting.
  public static final int EFD_NONBLOCK = 0x800;

  /// Not inherited by programs that are executed.
  public static final int EFD_CLOEXEC = 0x80000;
}
