package ropewalk.engine;

import ropewalk.linux.Errno;
import ropewalk.linux.uring.Cqe;
import ropewalk.linux.uring.Sqe;
import ropewalk.linux.uring.Uring;

/// Asks a ring whether its sends without a copy say if they copied after all: since 6.2, one
/// version after the sends themselves. No list tells; but flags are looked at before anything else,
/// so a send of nothing to nobody does.
final class SendProbe {
  /// A descriptor that is none.
  private static final int NOBODY = -1;

  private SendProbe() {}

  /// True if the kernel minded descriptor or message, and not the flag. Nothing else may be in the
  /// ring.
  static boolean reportsUsage(Uring uring) {
    Sqe.sendmsgZc(uring.nextSqe(), NOBODY, 0, 0, Sqe.IORING_SEND_ZC_REPORT_USAGE, 0);
    int taken;
    do {
      taken = uring.submitAndWait(1);
    } while (taken == -Errno.EINTR || taken == -Errno.EAGAIN || taken == -Errno.EBUSY);
    long cqe = uring.peekCqe();
    if (taken < 0 || cqe == 0) {
      return false;
    }
    boolean mindsFlag = Cqe.result(cqe) == -Errno.EINVAL;
    uring.advance(uring.ready());
    return !mindsFlag;
  }
}
