package ropewalk.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import ropewalk.linux.Open;
import ropewalk.linux.Sockets;
import ropewalk.linux.Statx;
import ropewalk.linux.Syscalls;

/// What a descriptor is, asked of whoever opened it: so that nothing has to be remembered, and
/// numbers that were opened elsewhere are known too.
enum FdKind {
  /// A regular file: it has a device that may fail or be full.
  FILE,
  /// One end of a pipe.
  PIPE,
  /// A stream socket.
  STREAM,
  /// Takes and gives whole messages: datagrams, counters.
  WHOLE,
  /// Anything else, or not open at all.
  OTHER;

  static FdKind of(Syscalls syscalls, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Statx.SIZE, 8);
      if (syscalls.statx(fd, "", Open.AT_EMPTY_PATH, Statx.STATX_TYPE, memory.address()) < 0) {
        return OTHER;
      }
      return switch (Statx.mode(memory.address()) & Statx.S_IFMT) {
        case Statx.S_IFREG -> FILE;
        case Statx.S_IFIFO -> PIPE;
        case Statx.S_IFSOCK -> socket(syscalls, fd, memory);
        case 0 -> WHOLE; // an anonymous inode: eventfd, epoll, io_uring
        default -> OTHER;
      };
    }
  }

  private static FdKind socket(Syscalls syscalls, int fd, MemorySegment memory) {
    long length = memory.address() + 8;
    memory.set(ValueLayout.JAVA_INT, 8, 4);
    int answer =
        syscalls.getsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_TYPE, memory.address(), length);
    boolean stream = answer == 0 && memory.get(ValueLayout.JAVA_INT, 0) == Sockets.SOCK_STREAM;
    return stream ? STREAM : WHOLE;
  }
}
