package ropewalk.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;

/// A call on a file that was begun and not waited for: the thread that asked goes on.
///
/// ```
///   caller            Engine.startRead(..) ------> goes on
///                          |                                   cancel()
///   engine            enter gate, enter fd                        |
///                          |                                      v
///   kernel                 +---- request ................... answer or result
///                                                                 |
///   engine's thread                        exit fd, landed(result), exit gate
/// ```
///
/// It holds the engine's gate and the descriptor until it has landed: [Fd#close] waits with
/// close(2), [Engine#close] waits altogether. EINTR is asked again; EAGAIN is done plainly by a
/// worker.
///
/// Thread-safe. Guarded by the ring's lock, on a ring: `request`.
public final class Flight extends Chore {
  private final EngineFrame engine;
  final FileCall call;
  final Fd fd;
  final int number;
  final long memory;
  final long length;
  final long offset;
  private final Landing landing;

  /// What carries it while it is in the ring's hands.
  @Nullable Request request;

  private volatile boolean isCancelled;
  private volatile boolean isOver;

  Flight(
      EngineFrame engine,
      FileCall call,
      Fd fd,
      int number,
      long memory,
      long length,
      long offset,
      Landing landing) {
    this.engine = engine;
    this.call = call;
    this.fd = fd;
    this.number = number;
    this.memory = memory;
    this.length = length;
    this.offset = offset;
    this.landing = landing;
  }

  /// Asks for its end. It lands all the same, with -ECANCELED, or with its result if it was too
  /// late: disks are seldom stopped. Does nothing when it is over.
  public void cancel() throws IOException {
    isCancelled = true;
    engine.withdraw(this);
  }

  /// Whether it has landed, or is just landing.
  public boolean isOver() {
    return isOver;
  }

  boolean isCancelled() {
    return isCancelled;
  }

  /// On a worker: makes the call plainly.
  @Override
  void run() {
    land(
        isCancelled
            ? -Errno.ECANCELED
            : call.makePlainly(engine.syscalls, number, memory, length, offset));
  }

  /// On a thread of the engine's: gives back what it held and tells who asked.
  void land(long result) {
    isOver = true;
    fd.exit();
    try {
      landing.landed(result);
    } catch (Throwable t) { // the engine has others to serve
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
    } finally {
      engine.gate.exit();
    }
  }
}
