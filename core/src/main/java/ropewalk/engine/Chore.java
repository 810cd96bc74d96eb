package ropewalk.engine;

import org.jspecify.annotations.Nullable;

/// Something for a worker to do.
abstract sealed class Chore permits Errand, Flight {
  /// The next one in the queue of [Workers], under its lock.
  @Nullable Chore next;

  /// Does it; throws nothing.
  abstract void run();
}
