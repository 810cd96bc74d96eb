package ropewalk.engine;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;

/// One blocking call on its way to a worker and back; the virtual thread that asked is parked until
/// [#isDone].
///
/// | access to | by | order |
/// |---|---|---|
/// | `result`, `thrown` | worker writes before `isDone`, asker reads after | plain, carried by `isDone` |
/// | `isDone` | worker writes, asker reads | volatile |
final class Errand extends Chore {
  private final BlockingCall call;
  private final Thread asker = Thread.currentThread();
  private long result;
  private @Nullable Throwable thrown;
  private volatile boolean isDone;

  Errand(BlockingCall call) {
    this.call = call;
  }

  /// Makes the call, again if a signal cut it short.
  static long repeat(BlockingCall call) throws IOException {
    long result;
    do {
      result = call.call();
    } while (result == -Errno.EINTR);
    return result;
  }

  /// On the worker: makes the call and wakes the asker, whatever comes of it.
  @Override
  void run() {
    try {
      result = repeat(call);
    } catch (Throwable t) { // carried to the asker, who throws it
      thrown = t;
    }
    isDone = true;
    LockSupport.unpark(asker);
  }

  /// On the asker: parks until the call is made. Not interruptible, because the call is not; the
  /// status is kept.
  long await() throws IOException {
    boolean interrupted = false;
    while (!isDone) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return switch (thrown) {
      case null -> result;
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(thrown);
    };
  }
}
