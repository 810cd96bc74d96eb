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
final class Request {
  /// The most one request moves: the kernel cuts off here, so that a count fits a signed int.
  private static final long MOVE_MAX = 0x7fff_f000L;

  /// The registered buffer: there is one.
  private static final int KNOWN = 0;

  final int index;
  final Waiter waiter;
  int generation;
  boolean inFlight;
  @Nullable Request next;

  private @Nullable FileCall call; // null: readiness
  private int number;
  private int events;
  private long memory;
  private long length;
  private long offset;
  private boolean isFixed;

  Request(int index, Gate gate) {
    this.index = index;
    this.waiter = new Waiter(gate);
  }

  /// Asks for readiness of `number` for one of `events`.
  void ask(int number, int events) {
    this.call = null;
    this.number = number;
    this.events = events;
  }

  /// Asks for a call on a file; `isFixed` if it is a read or write whose memory the ring knows.
  void ask(FileCall call, int number, long memory, long length, long offset, boolean isFixed) {
    this.call = call;
    this.isFixed = isFixed;
    this.number = number;
    this.memory = memory;
    this.length = length;
    this.offset = offset;
  }

  long userData() {
    return (long) generation << 32 | index;
  }

  /// Writes what is asked into the entry at `sqe`.
  void fill(long sqe) {
    long data = userData();
    switch (call) {
      case null -> Sqe.pollAdd(sqe, number, events, data);
      case READ -> {
        if (isFixed) {
          Sqe.readFixed(sqe, number, memory, bytes(), offset, KNOWN, data);
        } else {
          Sqe.read(sqe, number, memory, bytes(), offset, data);
        }
      }
      case WRITE -> {
        if (isFixed) {
          Sqe.writeFixed(sqe, number, memory, bytes(), offset, KNOWN, data);
        } else {
          Sqe.write(sqe, number, memory, bytes(), offset, data);
        }
      }
      case READV -> Sqe.readv(sqe, number, memory, (int) length, offset, 0, data);
      case WRITEV -> Sqe.writev(sqe, number, memory, (int) length, offset, 0, data);
      case FSYNC -> Sqe.fsync(sqe, number, false, data);
      case FDATASYNC -> Sqe.fsync(sqe, number, true, data);
    }
  }

  private int bytes() {
    return (int) Math.min(length, MOVE_MAX);
  }
}
