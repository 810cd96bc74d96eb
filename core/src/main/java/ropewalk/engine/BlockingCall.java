package ropewalk.engine;

import java.io.IOException;

/// One call into the kernel that may block its thread, and cannot be made to say EAGAIN instead.
///
/// Runs once or more often: [Engine#blocking] repeats a call that was interrupted (EINTR), so a
/// call must hold nothing it would take twice. It may run on another thread than the one that
/// asked, which is parked meanwhile: memory the call points at stays the caller's.
@FunctionalInterface
public interface BlockingCall {
  /// The result as the kernel gives it: zero or more, or `-errno`.
  long call() throws IOException;
}
