package ropewalk.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/// Something there are several of, so that threads seldom meet: one stripe, and the lock before it.
///
/// The lock is only ever tried. It is held for a few dozen instructions, never over a call of the
/// kernel, a wait or somebody else's code; who finds it taken goes another way. So a thread that is
/// stopped while it holds one delays nobody.
///
/// There is no stripe of one's own: virtual threads are many and short, and the JDK does not say
/// which carrier one is on. A thread's number says where it looks first, so a thread that stays
/// comes back to what it left in its processor's cache.
///
/// | access to | by | order |
/// |---|---|---|
/// | `lock` | [#tryLock], [#unlock] | acquire, release: what is behind it goes from holder to holder |
abstract class Striped {

  /// Two for each processor keep threads apart most of the time; a power of two.
  static final int STRIPES =
      Math.max(4, Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4 - 1));

  /// Between two looks at a taken lock: some twenty times as long as it is held.
  private static final long RETRY_NANOS = 1_000;

  private static final VarHandle LOCK;

  static {
    try {
      LOCK = MethodHandles.lookup().findVarHandle(Striped.class, "lock", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // Two cache lines before what is written, so that two stripes never share one.
  long pad01, pad02, pad03, pad04, pad05, pad06, pad07, pad08;
  long pad09, pad10, pad11, pad12, pad13, pad14, pad15, pad16;

  @SuppressWarnings("unused") // by LOCK
  private volatile int lock;

  /// Which stripe this thread looks at first.
  static int mine() {
    return (int) Thread.currentThread().threadId() & (STRIPES - 1);
  }

  /// Takes the lock if it is free.
  final boolean tryLock() {
    return (int) LOCK.getOpaque(this) == 0 && LOCK.compareAndSet(this, 0, 1);
  }

  /// Takes the lock, whoever has it: for closing and counting, never on the way of a byte.
  final void lock() {
    while (!tryLock()) {
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  final void unlock() {
    LOCK.setRelease(this, 0);
  }
}
