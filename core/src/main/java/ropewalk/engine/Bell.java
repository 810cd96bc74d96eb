package ropewalk.engine;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// An eventfd: something the kernel can wait for and anybody can ring.
///
/// ```
///   memory   +----------+----------+
///            | long 1   | long     |
///            +----------+----------+
///            0          8          16
///            what a     what a
///            ring adds  silence reads
/// ```
///
/// [#run] rings it from any thread at any time. A ring that comes late makes the next sleep a short
/// one, see [Waiter] on why that does no harm; but it must not go to a descriptor that is somebody
/// else's by then, so ringing and closing exclude each other.
final class Bell implements Runnable, AutoCloseable {
  private static final int ADDED_OFFSET = 0;
  private static final int READ_OFFSET = 8;
  private static final int BYTES = 16;

  private final Syscalls syscalls;
  private final Fd fd;
  private final Scratch memory;
  private boolean closed; // guarded by this

  Bell(Syscalls syscalls, String what) throws IOException {
    this.syscalls = syscalls;
    int number = (int) LinuxException.check(syscalls.eventfd(0, Poll.EFD_CLOEXEC), "eventfd");
    this.fd = new Fd(syscalls, number, what);
    this.memory = new Scratch(BYTES);
    memory.segment().set(ValueLayout.JAVA_LONG, ADDED_OFFSET, 1L);
  }

  int number() {
    return fd.number();
  }

  /// Rings.
  @Override
  public synchronized void run() {
    if (closed) {
      return;
    }
    long result;
    do {
      result = syscalls.write(fd.number(), memory.address() + ADDED_OFFSET, Long.BYTES);
    } while (result == -Errno.EINTR || result == -Errno.EAGAIN);
  }

  /// Waits until somebody has rung, and silences the bell; 0 or more, or `-errno` if it could not.
  /// Only for one thread at a time, while nobody closes it.
  long silence() {
    long result;
    do {
      result = syscalls.read(fd.number(), memory.address() + READ_OFFSET, Long.BYTES);
    } while (result == -Errno.EINTR || result == -Errno.EAGAIN);
    return result;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      fd.close();
      memory.close();
    }
  }
}
