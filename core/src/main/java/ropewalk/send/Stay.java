package ropewalk.send;

import java.nio.channels.ClosedChannelException;
import ropewalk.linux.Fd;

/// One use of a socket's descriptor that lasts as long as sends may be out.
///
/// ```
///   first send ──► in ──► handOver: the parting is in, and leaves ──► close(2)
///                   └───► end: freed with nothing out ──────────────► close(2)
/// ```
///
/// Whoever is interrupted while he waits closes the descriptor, as in the JDK. Its number, and with
/// it the notifications and the means to reset a silent peer, must not go under what is out.
///
/// *Shared*: all of it, by its own lock, held for a few steps.
final class Stay {
  private final Fd fd;
  private boolean isIn;

  Stay(Fd fd) {
    this.fd = fd;
  }

  /// Is in from now on; false if the descriptor is closed, and we were not.
  synchronized boolean begin() {
    if (!isIn) {
      try {
        int _ = fd.enter();
        isIn = true;
      } catch (ClosedChannelException e) {
        return false;
      }
    }
    return true;
  }

  /// *Gives* our use, which is good though the descriptor may be closed to everybody else; a new
  /// one if we are not in. Answers the number.
  synchronized int handOver() throws ClosedChannelException {
    if (isIn) {
      isIn = false;
      return fd.number();
    }
    return fd.enter();
  }

  /// Leaves, if we are in.
  synchronized void end() {
    if (isIn) {
      isIn = false;
      fd.exit();
    }
  }
}
