package ropewalk.file;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.cache.Reading;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;

/// The read lease of one descriptor (fcntl(2), F_SETLEASE), taken for as long as a read takes.
///
/// ```
///   us        |── begin ── preadv ── stamp ── end ──|
///   stranger          open(O_WRONLY) ...............|── goes on
///                     the kernel makes him wait, 45 seconds at most, then breaks the lease
/// ```
///
/// The kernel grants it while nobody has the file open for writing or mapped so, ourselves
/// included, to the file's owner or who has CAP_LEASE; local file systems have it, most others
/// don't. The answer to giving it up is the proof: 0 if it was there until then, EAGAIN if the
/// kernel has broken it.
///
/// **Side by side.** Readings that overlap share one *round* of the lease. When somebody waits for
/// its end nobody joins it any more, so he waits for the reads under way and for no later one.
///
/// **The signal.** The kernel tells the holder that somebody waits. Nobody here needs to be told,
/// since every reading ends by itself; the signal is set to one that is ignored by default, each
/// time, as the kernel sets it back to SIGIO, which would end the process.
///
/// Shared by all threads; the lock is held for calls that don't wait.
final class Lease {
  /// One taking of the lease, by all whose readings overlap.
  private static final class Round {
    int readings = 1;
    boolean isOver;
    boolean wasHeld;
  }

  private final Fd fd;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition over = lock.newCondition();
  private @Nullable Round round;

  /// Why there was none the last time; empty if there was.
  private String whyNot = "";

  /// Set if there never will be one.
  private boolean isHopeless;

  Lease(Fd fd) {
    this.fd = fd;
  }

  /// Takes the lease, or joins those who have it; [Reading#UNGUARDED] where it can't be had now.
  Reading begin() throws IOException {
    lock.lock();
    try {
      if (isHopeless) {
        return Reading.UNGUARDED;
      }
      Round running = round;
      if (running != null) {
        if (call(Fcntl.F_GETLEASE, 0) != Fcntl.F_RDLCK) {
          return refused("somebody waits to open it for writing");
        }
        running.readings++;
        return new Held(running);
      }
      long result = call(Fcntl.F_SETSIG, Fcntl.SIGURG);
      if (result == 0) {
        result = call(Fcntl.F_SETLEASE, Fcntl.F_RDLCK);
      }
      if (result == 0) {
        whyNot = "";
        Round begun = new Round();
        round = begun;
        return new Held(begun);
      }
      isHopeless = result != -Errno.EAGAIN && result != -Errno.EINTR;
      return refused(
          result == -Errno.EAGAIN
              ? "somebody has it open for writing"
              : "fcntl(F_SETLEASE): " + Errno.name(result));
    } finally {
      lock.unlock();
    }
  }

  private Reading refused(String why) {
    whyNot = why;
    return Reading.UNGUARDED;
  }

  /// Why there was no lease the last time; empty if there was one.
  String whyNot() {
    lock.lock();
    try {
      return whyNot;
    } finally {
      lock.unlock();
    }
  }

  private long call(int command, long argument) throws IOException {
    int number = fd.enter();
    try {
      return fd.syscalls().fcntl(number, command, argument);
    } finally {
      fd.exit();
    }
  }

  /// The last one gives the lease up; one before it knows at once if the lease is whole, and else
  /// waits for what the last one learns: not long, since nobody joins.
  private boolean leave(Round left) {
    lock.lock();
    try {
      left.readings--;
      if (left.readings == 0) {
        round = null;
        left.isOver = true;
        left.wasHeld = attempt(Fcntl.F_SETLEASE, Fcntl.F_UNLCK) == 0;
        over.signalAll();
        return left.wasHeld;
      }
      if (attempt(Fcntl.F_GETLEASE, 0) == Fcntl.F_RDLCK) {
        return true;
      }
      while (!left.isOver) {
        over.awaitUninterruptibly();
      }
      return left.wasHeld;
    } finally {
      lock.unlock();
    }
  }

  /// A descriptor that was closed meanwhile took its lease along, and proves nothing.
  private long attempt(int command, long argument) {
    try {
      return call(command, argument);
    } catch (IOException e) {
      return -Errno.EBADF;
    }
  }

  /// One reading. Used by one thread.
  private final class Held implements Reading {
    private final Round joined;
    private boolean isOver;
    private boolean wasHeld;

    Held(Round joined) {
      this.joined = joined;
    }

    @Override
    public boolean end() {
      if (!isOver) {
        isOver = true;
        wasHeld = leave(joined);
      }
      return wasHeld;
    }
  }
}
