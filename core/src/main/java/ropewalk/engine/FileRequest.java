package ropewalk.engine;

import ropewalk.linux.Syscalls;
import ropewalk.linux.uring.Sqe;

/// A call on a file as a ring is asked for it: kept until the answer, since it may have to be asked
/// again.
///
/// Written by who asks, before it is handed over.
class FileRequest {
  /// The most one request moves: the kernel cuts off here, so that a count fits a signed int.
  private static final long MOVE_MAX = 0x7fff_f000L;

  /// The registered buffer: there is one.
  private static final int KNOWN = 0;

  FileCall call = FileCall.READ;
  int number;
  long memory;
  long length;
  long offset;

  /// Whether it is a read or write whose memory the ring knows.
  boolean isFixed;

  /// Asks for a call on the descriptor `number`.
  final void ask(
      FileCall call, int number, long memory, long length, long offset, boolean isFixed) {
    this.call = call;
    this.number = number;
    this.memory = memory;
    this.length = length;
    this.offset = offset;
    this.isFixed = isFixed;
  }

  /// Writes what is asked into the entry at `sqe`, under the number `data`.
  final void fillFile(long sqe, long data) {
    switch (call) {
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

  /// Makes the call plainly, on this thread.
  final long makePlainly(Syscalls syscalls) {
    return call.makePlainly(syscalls, number, memory, length, offset);
  }

  private int bytes() {
    return (int) Math.min(length, MOVE_MAX);
  }
}
