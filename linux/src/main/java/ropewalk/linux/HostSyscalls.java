package ropewalk.linux;

import static ropewalk.linux.Libc.call;
import static ropewalk.linux.Libc.callWith;

import java.lang.foreign.MemorySegment;

/// The kernel this process runs on.
///
/// Each method hands its arguments to [Libc#call] under the call's number, as they are; what the
/// kernel answers is the result. Three kinds of call need a word more: those with a path (copied to
/// native memory for the call), those with an offset by address, and those that answer a pair (both
/// use the cell that also catches errno). Files, pipes and memory stand in [HostFiles]; sockets,
/// events and rings here.
public final class HostSyscalls extends HostFiles {
  private static final HostSyscalls HOST = new HostSyscalls();

  /// Bytes of the signal set that epoll_pwait and ppoll expect beside a null pointer.
  private static final long SIGSET_SIZE = 8;

  private static final long MILLIS_PER_SECOND = 1_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private HostSyscalls() {}

  /// The one instance.
  public static HostSyscalls host() {
    return HOST;
  }

  // ---- sockets

  @Override
  public int socket(int domain, int type, int protocol) {
    return (int) call(Abi.NR_SOCKET, domain, type, protocol, 0, 0, 0);
  }

  @Override
  public long socketpair(int domain, int type, int protocol) {
    Cell cell = Cell.take();
    try {
      long result = callWith(cell, Abi.NR_SOCKETPAIR, domain, type, protocol, cell.first(0), 0, 0);
      return result < 0 ? result : cell.pair();
    } finally {
      cell.give();
    }
  }

  @Override
  public int bind(int fd, long address, int length) {
    return (int) call(Abi.NR_BIND, fd, address, length, 0, 0, 0);
  }

  @Override
  public int listen(int fd, int backlog) {
    return (int) call(Abi.NR_LISTEN, fd, backlog, 0, 0, 0, 0);
  }

  @Override
  public int accept4(int fd, long address, long addressLength, int flags) {
    return (int) call(Abi.NR_ACCEPT4, fd, address, addressLength, flags, 0, 0);
  }

  @Override
  public int connect(int fd, long address, int length) {
    return (int) call(Abi.NR_CONNECT, fd, address, length, 0, 0, 0);
  }

  @Override
  public int shutdown(int fd, int how) {
    return (int) call(Abi.NR_SHUTDOWN, fd, how, 0, 0, 0, 0);
  }

  @Override
  public int getsockname(int fd, long address, long addressLength) {
    return (int) call(Abi.NR_GETSOCKNAME, fd, address, addressLength, 0, 0, 0);
  }

  @Override
  public int getpeername(int fd, long address, long addressLength) {
    return (int) call(Abi.NR_GETPEERNAME, fd, address, addressLength, 0, 0, 0);
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int length) {
    return (int) call(Abi.NR_SETSOCKOPT, fd, level, name, value, length, 0);
  }

  @Override
  public int getsockopt(int fd, int level, int name, long value, long valueLength) {
    return (int) call(Abi.NR_GETSOCKOPT, fd, level, name, value, valueLength, 0);
  }

  @Override
  public long send(int fd, long address, long length, int flags) {
    return call(Abi.NR_SENDTO, fd, address, length, flags, 0, 0);
  }

  @Override
  public long send(int fd, MemorySegment source, int flags) {
    return call(Abi.NR_SENDTO, fd, source, source.byteSize(), flags, 0, 0);
  }

  @Override
  public long recv(int fd, long address, long length, int flags) {
    return call(Abi.NR_RECVFROM, fd, address, length, flags, 0, 0);
  }

  @Override
  public long recv(int fd, MemorySegment target, int flags) {
    return call(Abi.NR_RECVFROM, fd, target, target.byteSize(), flags, 0, 0);
  }

  @Override
  public long recvfrom(int fd, MemorySegment target, int flags, long address, long addressLength) {
    return call(Abi.NR_RECVFROM, fd, target, target.byteSize(), flags, address, addressLength);
  }

  @Override
  public long sendmsg(int fd, long message, int flags) {
    return call(Abi.NR_SENDMSG, fd, message, flags, 0, 0, 0);
  }

  @Override
  public long recvmsg(int fd, long message, int flags) {
    return call(Abi.NR_RECVMSG, fd, message, flags, 0, 0, 0);
  }

  // ---- events

  @Override
  public int epollCreate1(int flags) {
    return (int) call(Abi.NR_EPOLL_CREATE1, flags, 0, 0, 0, 0, 0);
  }

  @Override
  public int epollCtl(int epfd, int operation, int fd, long event) {
    return (int) call(Abi.NR_EPOLL_CTL, epfd, operation, fd, event, 0, 0);
  }

  @Override
  public int epollWait(int epfd, long events, int max, int timeoutMillis) {
    return (int) call(Abi.NR_EPOLL_PWAIT, epfd, events, max, timeoutMillis, 0, SIGSET_SIZE);
  }

  @Override
  public int poll(long fds, int count, int timeoutMillis) {
    if (timeoutMillis < 0) {
      return (int) call(Abi.NR_PPOLL, fds, count, 0, 0, SIGSET_SIZE, 0);
    }
    Cell cell = Cell.take();
    try {
      long time = cell.first(timeoutMillis / MILLIS_PER_SECOND);
      cell.second(timeoutMillis % MILLIS_PER_SECOND * NANOS_PER_MILLI);
      return (int) callWith(cell, Abi.NR_PPOLL, fds, count, time, 0, SIGSET_SIZE, 0);
    } finally {
      cell.give();
    }
  }

  @Override
  public int eventfd(int initial, int flags) {
    return (int) call(Abi.NR_EVENTFD2, initial, flags, 0, 0, 0, 0);
  }

  // ---- rings

  @Override
  public int ioUringSetup(int entries, long params) {
    return (int) call(Abi.NR_IO_URING_SETUP, entries, params, 0, 0, 0, 0);
  }

  @Override
  public int ioUringEnter(
      int fd, int toSubmit, int minComplete, int flags, long argument, long size) {
    return (int) call(Abi.NR_IO_URING_ENTER, fd, toSubmit, minComplete, flags, argument, size);
  }

  @Override
  public int ioUringRegister(int fd, int opcode, long argument, int count) {
    return (int) call(Abi.NR_IO_URING_REGISTER, fd, opcode, argument, count, 0, 0);
  }

  // ---- this process and this kernel

  @Override
  public int seccomp(int operation, int flags, long argument) {
    return (int) call(Abi.NR_SECCOMP, operation, flags, argument, 0, 0, 0);
  }

  @Override
  public int prctl(int option, long a, long b, long c, long d) {
    return (int) call(Abi.NR_PRCTL, option, a, b, c, d, 0);
  }

  @Override
  public long sysconf(int name) {
    long result = Libc.sysconf(name);
    return result == -1 ? -Errno.EINVAL : result;
  }

  @Override
  public int getrlimit(int resource, long address) {
    // prlimit64 of process 0, ourselves, with nothing new to set.
    return (int) call(Abi.NR_PRLIMIT64, 0, resource, 0, address, 0, 0);
  }

  @Override
  public int uname(long address) {
    return (int) call(Abi.NR_UNAME, address, 0, 0, 0, 0, 0);
  }

  @Override
  public int clockGettime(int clock, long address) {
    return (int) call(Abi.NR_CLOCK_GETTIME, clock, address, 0, 0, 0, 0);
  }
}
