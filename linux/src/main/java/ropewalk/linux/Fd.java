package ropewalk.linux;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Owns one descriptor, and sees to it that its number is never reused under a call.
///
/// A number that was closed is handed out again by the next open; a thread that still held it would
/// then read somebody else's bytes. So every use is counted, and close(2) waits for the last one:
///
/// ```
///             enter / exit                      exit
///              +------+                       +------+
///              v      |      close()          v      |   the last exit
///   ctor --> OPEN(uses) -----------------> CLOSED(uses) -----------------> close(2)
///                |        hooks run here                                     ^
///                +---------------- close(), no uses ------------------------+
/// ```
///
/// `close()` itself waits for nobody: it forbids new uses, runs the hooks (the engine wakes whoever
/// is parked on this descriptor, and they leave), and whoever leaves last closes the number.
///
/// **Shared**: one word, the count of uses with the sign as "closed"; and the list of hooks, under
/// its own lock.
public final class Fd implements AutoCloseable {
  /// The sign of the word. The count below it cannot reach it: a use is a thread in a call.
  private static final int CLOSED = Integer.MIN_VALUE;

  private final Syscalls syscalls;
  private final int number;
  private final String what;
  private final AtomicInteger word = new AtomicInteger();
  private final List<Runnable> hooks = new ArrayList<>(0);

  /// Takes `number`, an open descriptor of kind `what` ("socket", "pipe", "file movie.mkv").
  public Fd(Syscalls syscalls, int number, String what) {
    if (number < 0) {
      throw new IllegalArgumentException("not a descriptor: number=" + number + " " + what);
    }
    this.syscalls = syscalls;
    this.number = number;
    this.what = what;
  }

  /// Takes what an opening call answered: an Fd, or the exception that says what was asked.
  public static Fd of(
      Syscalls syscalls, long result, String what, String call, Object... namedArguments)
      throws LinuxException {
    return new Fd(syscalls, (int) LinuxException.check(result, call, namedArguments), what);
  }

  /// Begins a use and answers the number, good until [#exit()].
  ///
  /// ```
  /// int number = fd.enter();
  /// try { ... } finally { fd.exit(); }
  /// ```
  public int enter() throws ClosedChannelException {
    for (; ; ) {
      int seen = word.get();
      if (seen < 0) {
        throw new ClosedChannelException();
      }
      if (word.compareAndSet(seen, seen + 1)) {
        return number;
      }
    }
  }

  /// Ends a use. The last one out of a closed descriptor closes the number.
  public void exit() {
    int left = word.decrementAndGet();
    if (left == CLOSED) {
      syscalls.close(number);
    } else if ((left & ~CLOSED) == ~CLOSED) {
      word.incrementAndGet();
      throw new IllegalStateException("exit without enter: fd=" + this);
    }
  }

  /// Forbids new uses, runs the hooks once, and closes the number when nobody is in it (else the
  /// last one does). A second close does nothing. What close(2) answers is not reported: a writer
  /// that wants to know asks fsync before.
  @Override
  public void close() {
    int seen;
    do {
      seen = word.get();
      if (seen < 0) {
        return;
      }
      // This use of our own keeps the number until the hooks have run.
    } while (!word.compareAndSet(seen, (seen + 1) | CLOSED));
    try {
      runHooks();
    } finally {
      exit();
    }
  }

  private void runHooks() {
    List<Runnable> toRun;
    synchronized (hooks) {
      toRun = List.copyOf(hooks);
      hooks.clear();
    }
    RuntimeException failed = null;
    for (Runnable hook : toRun) {
      try {
        hook.run();
      } catch (RuntimeException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  /// Adds a hook that [#close()] runs once, in the closer's thread. On a descriptor that is closed
  /// already it runs at once, here.
  public void onClose(Runnable hook) {
    synchronized (hooks) {
      if (isOpen()) {
        hooks.add(hook);
        return;
      }
    }
    hook.run();
  }

  /// Takes a hook away again; nothing happens when it is not there.
  public void offClose(Runnable hook) {
    synchronized (hooks) {
      hooks.remove(hook);
    }
  }

  /// The number, for messages only: it is no permission to use it.
  public int number() {
    return number;
  }

  /// What kind of thing this is, as given to the constructor.
  public String what() {
    return what;
  }

  /// The calls by which this descriptor was opened, and by which it is to be used.
  public Syscalls syscalls() {
    return syscalls;
  }

  /// Whether new uses are still allowed.
  public boolean isOpen() {
    return word.get() >= 0;
  }

  /// `7 socket`, as errors show it.
  @Override
  public String toString() {
    return number + " " + what;
  }
}
