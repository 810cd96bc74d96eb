package ropewalk.engine;

/// What happens when the kernel lets go of the pages of a message that it has
/// [accepted][Engine#startSendMessage]. Called once, by the engine's own thread that has all the
/// others to serve too: it must be short and must not wait, least of all for the engine. What it
/// throws goes to that thread's handler of uncaught exceptions, and nowhere else.
@FunctionalInterface
public interface SendLanding {
  /// The pages are the caller's again.
  ///
  /// @param isCopied true if the kernel copied after all, so that lending was in vain: over
  ///   loopback always
  void released(boolean isCopied);
}
