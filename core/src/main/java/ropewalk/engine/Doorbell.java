package ropewalk.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Poll;
import ropewalk.linux.PollFd;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// Lets one platform thread at a time sleep in poll(2) on a descriptor, and others wake it: it
/// sleeps on the descriptor and on a [Bell]. Interrupts ring too.
///
/// ```
///   memory   +------------------+------------------+
///            | pollfd 0: target | pollfd 1: bell   |
///            +------------------+------------------+
/// ```
final class Doorbell implements AutoCloseable {
  private static final int TARGET = 0;
  private static final int BELL = 1;

  final Bell bell;
  final Interruptor interruptor;
  final Watch watch;
  private final Syscalls syscalls;
  private final Scratch memory;

  /// The next in the list of those at rest; guarded by [Parking].
  @Nullable Doorbell next;

  Doorbell(Syscalls syscalls, Gate gate) throws IOException {
    this.syscalls = syscalls;
    this.bell = new Bell(syscalls, "doorbell");
    this.interruptor = new Interruptor(bell);
    this.watch = new Watch(gate);
    this.memory = new Scratch(2 * PollFd.SIZE);
  }

  /// Sleeps until `number` is ready for `events`, the bell rings, or `millis` are over (-1: never).
  /// Returns what it is ready for, 0 if it is not, or `-errno`.
  int sleep(int number, int events, int millis) {
    long address = memory.address();
    PollFd.set(address, TARGET, number, events);
    PollFd.set(address, BELL, bell.number(), Poll.POLLIN);
    long ready = syscalls.poll(address, 2, millis);
    if (ready < 0) {
      return (int) ready;
    }
    if (ready > 0 && PollFd.revents(address, BELL) != 0) {
      bell.silence();
    }
    return ready == 0 ? 0 : PollFd.revents(address, TARGET);
  }

  @Override
  public void close() {
    bell.close();
    memory.close();
  }
}
