package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Sockets;

/// Sends without a copy over a ring: SENDMSG_ZC, a request with two answers.
///
/// ```
///   start --submit--> asked --result--> answered --notification--> over
///                                          |                         |
///          result > 0: the starter goes on |                         | released(copied?), gate exit
///          result <= 0: he waits for the notification: nothing is lent when he returns
/// ```
///
/// The request is made with MSG_DONTWAIT, so the kernel answers it before the submitting call
/// returns: no thread is switched, and the message header and its iovecs are lent for the call
/// only. Who gets EAGAIN awaits room as for any other send. If the answer should come later all the
/// same, the starter sleeps for it.
///
/// ## What is lent for how long
///
/// The pages: until the notification, which comes when the last packet that names them is gone,
/// acknowledged by the peer or thrown away. A peer that is silent keeps them for as long as the
/// connection lives; [Engine#close] waits for that. The descriptor is not held: it may be closed
/// while pages are out, and the notifications come all the same.
///
/// A send that the kernel refused may be followed by a notification too. It is waited for, so that
/// nothing accepted means nothing lent.
///
/// ## Asked again
///
/// EINTR, and an ECANCELED that nobody asked for, mean that nothing was accepted; the notification
/// of that attempt is taken first.
final class Sends {
  private final EngineFrame engine;
  private final SharedRing ring;

  Sends(EngineFrame engine, SharedRing ring) {
    this.engine = engine;
    this.ring = ring;
  }

  /// See [Engine#startSendMessage].
  long start(Fd fd, long message, int flags, SendLanding landing) throws IOException {
    engine.enter();
    long answer = 0;
    try {
      int number = fd.enter();
      try {
        answer = send(number, message, flags, landing);
        return answer;
      } finally {
        fd.exit();
      }
    } finally {
      if (answer <= 0) {
        engine.gate.exit();
      }
    }
  }

  private long send(int number, long message, int flags, SendLanding landing) throws IOException {
    Request request = ring.take();
    request.waiter.begin();
    boolean isLent = false;
    try {
      while (true) {
        request.askSend(
            number, message, flags | Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL, landing);
        ring.submit(request);
        int answer = engine.sleepUntilAnswered(request.waiter);
        if (answer > 0) {
          isLent = true;
          request.waiter.end();
          ring.part(request);
          return answer;
        }
        if (ring.awaitLast(request)) {
          engine.sleepUntilAnswered(request.waiter);
        }
        if (answer != -Errno.EINTR && answer != -Errno.ECANCELED) {
          return answer;
        }
        engine.counts.resubmitted.increment();
      }
    } finally {
      if (!isLent) {
        request.waiter.end();
        request.landing = null;
        ring.give(request);
      }
    }
  }

  /// On the reaper: the pages of a send that was accepted are back.
  void settle(Request request, SendLanding landing) {
    boolean isCopied = request.isCopied;
    request.landing = null;
    ring.give(request);
    try {
      landing.released(isCopied);
    } catch (Throwable t) { // the engine has others to serve
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
    } finally {
      engine.gate.exit();
    }
  }
}
