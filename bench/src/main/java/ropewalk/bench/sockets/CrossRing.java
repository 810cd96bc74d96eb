package ropewalk.bench.sockets;

import java.io.IOException;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.uring.Cqe;
import ropewalk.linux.uring.Registered;
import ropewalk.linux.uring.Sqe;
import ropewalk.linux.uring.Uring;

/// SEND_ZC on a ring of its own: one call submits and waits for the result, and notifications are
/// found in the ring on the way. With *fixed* the memory is registered, so nothing is pinned for a
/// send.
final class CrossRing extends CrossWay {
  private static final int ENTRIES = 64;
  private static final int CQ_ENTRIES = 1024;
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  private final Uring ring =
      Uring.open(
          host,
          ENTRIES,
          CQ_ENTRIES,
          Uring.IORING_SETUP_CLAMP
              | Uring.IORING_SETUP_SINGLE_ISSUER
              | Uring.IORING_SETUP_DEFER_TASKRUN);
  private final boolean isFixed;
  private long out;
  private long copied;
  private boolean isAnswered;
  private int answer;

  CrossRing(boolean isFixed) throws LinuxException {
    this.isFixed = isFixed;
    if (isFixed) {
      try (Scratch iov = new Scratch(Iovec.SIZE)) {
        Iovec.set(iov.address(), 0, memory(), COLD_BYTES);
        LinuxException.check(
            new Registered(ring).registerBuffers(iov.address(), 1),
            "io_uring_register",
            "bytes",
            COLD_BYTES);
      }
    }
  }

  @Override
  void sendOne(int number, long address, int length) throws IOException {
    for (int done = 0; done < length; done += answer) {
      long sqe = ring.nextSqe();
      int flags = Sockets.MSG_NOSIGNAL | Sockets.MSG_WAITALL;
      int usage = Sqe.IORING_SEND_ZC_REPORT_USAGE;
      if (isFixed) {
        Sqe.sendZcFixed(sqe, number, address + done, length - done, flags, usage, 0, 1);
      } else {
        Sqe.sendZc(sqe, number, address + done, length - done, flags, usage, 1);
      }
      isAnswered = false;
      LinuxException.check(ring.submitAndWait(1), "io_uring_enter", "length", length);
      take();
      while (!isAnswered) {
        await();
      }
      LinuxException.check(answer, "SEND_ZC", "length", length - done);
    }
  }

  private void await() throws IOException {
    LinuxException.check(ring.await(1, PATIENCE_NANOS), "io_uring_enter", "out", out);
    take();
  }

  private void take() {
    for (long cqe = ring.peekCqe(); cqe != 0; cqe = ring.peekCqe()) {
      if ((Cqe.flags(cqe) & Cqe.IORING_CQE_F_NOTIF) != 0) {
        out--;
        copied += (Cqe.result(cqe) & Cqe.IORING_NOTIF_USAGE_ZC_COPIED) != 0 ? 1 : 0;
      } else {
        isAnswered = true;
        answer = Cqe.result(cqe);
        out += (Cqe.flags(cqe) & Cqe.IORING_CQE_F_MORE) != 0 ? 1 : 0;
      }
      ring.advance(1);
    }
  }

  @Override
  long settle(int number) throws IOException {
    while (out > 0) {
      await();
    }
    long all = copied;
    copied = 0;
    return all;
  }

  @Override
  public void close() {
    ring.close();
    super.close();
  }
}
