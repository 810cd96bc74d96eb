package ropewalk.engine;

import org.jspecify.annotations.Nullable;
import ropewalk.linux.uring.Sqe;

/// One request to the ring: what is asked, by whom, and under which number. Kept by [Requests] and
/// used again.
///
/// ```
///   user_data   63            32 31             0
///              +----------------+----------------+
///              |   generation   |     index      |
///              +----------------+----------------+
/// ```
///
/// The generation changes with every submission, so that an answer to an earlier one could never be
/// taken for this one's.
///
/// What is asked is written by the asker before it submits under the ring's lock, and stays until
/// the answer: it may have to be asked again. `generation`, `inFlight` and `next` are guarded by
/// the ring's lock.
final class Request extends FileRequest {
  final int index;
  final Waiter waiter;
  int generation;
  boolean inFlight;
  @Nullable Request next;

  /// What is used of the ring's memory until the answer; null if nothing is.
  @Nullable Registration known;

  /// Who is told of the answer; null if a thread waits for it.
  @Nullable Flight flight;

  private boolean isForReadiness;
  private int events;

  Request(int index, Gate gate) {
    this.index = index;
    this.waiter = new Waiter(gate);
  }

  /// Asks for readiness of `number` for one of `events`.
  void askReadiness(int number, int events) {
    this.isForReadiness = true;
    this.number = number;
    this.events = events;
  }

  /// Asks for a call on a file.
  void askCall(FileCall call, int number, long memory, long length, long offset, boolean isFixed) {
    this.isForReadiness = false;
    ask(call, number, memory, length, offset, isFixed);
  }

  long userData() {
    return (long) generation << 32 | index;
  }

  /// Writes what is asked into the entry at `sqe`.
  void fill(long sqe) {
    if (isForReadiness) {
      Sqe.pollAdd(sqe, number, events, userData());
    } else {
      fillFile(sqe, userData());
    }
  }
}
