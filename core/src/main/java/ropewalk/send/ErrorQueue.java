package ropewalk.send;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Cmsg;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.SockErr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// The error queue of a socket, read for completions of MSG_ZEROCOPY.
///
/// ```
///   recvmsg(MSG_ERRQUEUE) ──► control message: IP_RECVERR, IPV6_RECVERR
///                                └─ sock_extended_err: origin ZEROCOPY, [info, data], COPIED?
/// ```
///
/// While anything is in that queue the socket polls as broken (POLLERR), whatever one waits for. So
/// whoever waits on a socket with sends out has to read it, or would spin. What else stands there,
/// an error that a router reported, is thrown away: the socket keeps it for its next call as well.
final class ErrorQueue implements Notices {
  /// Room for the error, and the address of who says so behind it.
  private static final int CONTROL = Msghdr.controlSpace(SockErr.SIZE + SockAddr.SIZE6);

  private final Syscalls syscalls;
  private final Scratch memory = new Scratch(Msghdr.SIZE + CONTROL);

  ErrorQueue(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  /// Allows zero-copy sends on `fd`, and opens its error queue; null if the kernel refuses that for
  /// this kind of socket.
  static @Nullable ErrorQueue open(Syscalls syscalls, Fd fd) throws IOException {
    try (Scratch one = new Scratch(Integer.BYTES)) {
      one.segment().set(JAVA_INT, 0, 1);
      int number = fd.enter();
      try {
        int result =
            syscalls.setsockopt(
                number, Sockets.SOL_SOCKET, Sockets.SO_ZEROCOPY, one.address(), Integer.BYTES);
        return result == 0 ? new ErrorQueue(syscalls) : null;
      } finally {
        fd.exit();
      }
    }
  }

  @Override
  public int take(int number, SendQueue queue) {
    long message = memory.address();
    int taken = 0;
    while (true) {
      Msghdr.set(message, 0, 0, 0, 0, message + Msghdr.SIZE, CONTROL);
      long result = syscalls.recvmsg(number, message, Sockets.MSG_ERRQUEUE | Sockets.MSG_DONTWAIT);
      if (result >= 0) {
        taken++;
        parse(message, queue);
      } else if (result != -Errno.EINTR) {
        return taken; // EAGAIN: empty; whatever else is wrong, the next send says so
      }
    }
  }

  /// Tells `queue` what the message at `message` says.
  static void parse(long message, SendQueue queue) {
    for (long cmsg = Cmsg.first(message); cmsg != 0; cmsg = Cmsg.next(message, cmsg)) {
      long error = Cmsg.error(cmsg);
      if (error != 0 && SockErr.isZeroCopy(error)) {
        queue.completed(SockErr.info(error), SockErr.data(error), SockErr.isCopied(error));
      }
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
