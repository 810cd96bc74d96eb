package ropewalk.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Fd;

/// A parked virtual thread and what it is told when it is woken. Used again and again, so parking
/// allocates nothing here.
///
/// **A wake-up carries no message.** Whoever wants the thread to look around (a descriptor that
/// closes, an engine that closes) just unparks it; the thread then looks at the conditions
/// themselves. So a wake-up that comes late, to a waiter that serves somebody else by now, does no
/// harm: that thread looks, finds nothing, and parks again. Only the kernel's answer is a message,
/// and it is written under the lock that the waiter is found by.
///
/// | access to | by | order |
/// |---|---|---|
/// | `answer` | completer writes under the owner's lock, sleeper reads | release / acquire |
/// | `thread` | sleeper writes before it can be found; [#run] reads at any time | opaque: a stale thread is woken in vain |
/// | `next`, `events` | whoever holds the lock of the list it is in | plain |
final class Waiter implements Runnable {
  /// No answer yet; no events mask and no result of the kernel has this value.
  static final int NONE = Integer.MIN_VALUE;

  private static final VarHandle ANSWER;
  private static final VarHandle THREAD;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ANSWER = lookup.findVarHandle(Waiter.class, "answer", int.class);
      THREAD = lookup.findVarHandle(Waiter.class, "thread", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // by ANSWER
  private int answer = NONE;

  @SuppressWarnings("unused") // by THREAD
  private @Nullable Thread thread;

  final Watch watch;
  @Nullable Waiter next;
  int events;

  Waiter(Gate gate) {
    this.watch = new Watch(gate);
  }

  /// Serves the current thread from now on, which waits for a descriptor.
  void begin(Fd fd, int events, long deadlineNanos) {
    this.events = events;
    watch.begin(fd, events, deadlineNanos);
    begin();
  }

  /// Serves the current thread from now on; nobody has answered yet.
  void begin() {
    THREAD.setOpaque(this, Thread.currentThread());
    ask();
  }

  /// Forgets the answer, before the kernel is asked (again).
  void ask() {
    ANSWER.setRelease(this, NONE);
  }

  /// Lets go of the thread, so that a waiter at rest keeps nobody alive.
  void end() {
    watch.end();
    THREAD.setOpaque(this, null);
  }

  int answerAcquire() {
    return (int) ANSWER.getAcquire(this);
  }

  void answerRelease(int value) {
    ANSWER.setRelease(this, value);
  }

  /// Wakes the thread, to look around.
  @Override
  public void run() {
    LockSupport.unpark((Thread) THREAD.getOpaque(this));
  }
}
