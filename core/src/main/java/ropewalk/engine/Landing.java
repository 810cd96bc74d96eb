package ropewalk.engine;

/// What happens when a [Flight] is over. Called once, by a thread of the engine's own that has all
/// the others to serve too: it must be short and must not wait, least of all for the engine; who
/// has more to do hands it to a thread of its own. What it throws goes to that thread's handler of
/// uncaught exceptions, and nowhere else.
@FunctionalInterface
public interface Landing {
  /// The kernel holds nothing of the call any more: memory and descriptor are the caller's again.
  ///
  /// @param result zero or more, or `-errno`
  void landed(long result);
}
