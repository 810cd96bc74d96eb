package ropewalk.engine;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.uring.Registered;
import ropewalk.linux.uring.Sqe;

/// The files that a lane's ring knows in advance, so that a request on one need not take and drop a
/// reference to it: in a process of many threads two atomics on a shared line.
///
/// ```
///   slot    0       1       2          15
///         +-------+-------+-------+--+-------+
///         | Fd 7  |       | Fd 12 |  |       |      the kernel has a reference of its own to each
///         +-------+-------+-------+--+-------+
/// ```
///
/// A file that is closed keeps its slot until the lane's next call, and the kernel its reference:
/// so a request never reaches another file by it. What is asked again goes by the number, which the
/// request guards.
///
/// | access to | by | order |
/// |---|---|---|
/// | `isStale` | any thread that closes a file sets it, the owner looks before it hands over | volatile |
/// | all else | the lane's owner | plain |
final class KnownFiles implements Runnable {
  /// Few lanes have more files; one that has asks for the others by number.
  private static final int SLOTS = 16;

  private static final int NONE = -1;

  private final Registered registered;
  private final @Nullable Fd[] files = new @Nullable Fd[SLOTS];
  private boolean isTable;
  private int count;
  private volatile boolean isStale;

  KnownFiles(Registered registered) {
    this.registered = registered;
  }

  /// Makes `fd` known; false if that can't be had.
  @SuppressWarnings("ReferenceEquality") // this very descriptor
  boolean know(Fd fd) throws IOException {
    int free = NONE;
    for (int i = 0; i < SLOTS; i++) {
      if (files[i] == fd) {
        return true;
      }
      free = files[i] == null && free == NONE ? i : free;
    }
    if (free == NONE || !(isTable || makeTable())) {
      return false;
    }
    int number = fd.enter();
    try {
      if (registered.updateFile(free, number) < 0) {
        return false;
      }
    } finally {
      fd.exit();
    }
    files[free] = fd;
    count++;
    fd.onClose(this);
    return true;
  }

  /// A file is closed.
  @Override
  public void run() {
    isStale = true;
  }

  private boolean makeTable() {
    int[] empty = new int[SLOTS];
    Arrays.fill(empty, NONE);
    isTable = registered.registerFiles(empty) >= 0;
    return isTable;
  }

  /// Lets the entry at `sqe` name the slot of `fd` instead of its number, if it has one.
  @SuppressWarnings("ReferenceEquality") // this very descriptor
  void use(long sqe, @Nullable Fd fd) {
    for (int i = 0, seen = 0; seen < count; i++) {
      if (files[i] == fd) {
        Sqe.setRegisteredFile(sqe, i);
        return;
      }
      seen += files[i] == null ? 0 : 1;
    }
  }

  /// Lets go of files that were closed.
  void forgetClosed() {
    if (!isStale) {
      return;
    }
    isStale = false;
    for (int i = 0; i < SLOTS; i++) {
      Fd fd = files[i];
      if (fd != null && !fd.isOpen()) {
        forget(i);
      }
    }
  }

  private void forget(int slot) {
    files[slot] = null;
    count--;
    int answer = registered.updateFile(slot, NONE);
    assert answer >= 0 : LinuxException.of(answer, "io_uring_register", "opcode", "FILES_UPDATE");
  }

  /// Lets go of all, when nothing is in flight.
  void close() {
    for (int i = 0; i < SLOTS; i++) {
      Fd fd = files[i];
      if (fd != null) {
        fd.offClose(this);
        forget(i);
      }
    }
  }
}
