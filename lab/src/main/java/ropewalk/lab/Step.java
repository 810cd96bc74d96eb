package ropewalk.lab;

/// One step of a [Script].
public sealed interface Step {
  /// Writes `length` bytes at `offset`; what they are, the script knows.
  record Write(int offset, int length) implements Step {}

  /// Sets the size of the file; what is new reads as zeros.
  record Truncate(int size) implements Step {}

  /// Waits until all steps before are on the medium, and says so: a promise.
  ///
  /// @param isDataOnly fdatasync(2) rather than fsync(2)
  record Sync(boolean isDataOnly) implements Step {}
}
