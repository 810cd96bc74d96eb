package ropewalk.cache;

/// Some bytes of a run that follow each other: from `from` to before `to`, none if they are equal.
/// Adding makes one span of two, with whatever lies between them.
///
/// Not thread-safe: guarded by the lock of [Runs].
final class Span {
  int from;
  int to;

  boolean isEmpty() {
    return from == to;
  }

  int length() {
    return to - from;
  }

  void add(int from, int to) {
    if (from >= to) {
      return;
    }
    this.from = isEmpty() ? from : Math.min(this.from, from);
    this.to = Math.max(this.to, to);
  }

  void add(Span other) {
    add(other.from, other.to);
  }

  void clear() {
    from = 0;
    to = 0;
  }

  /// Leaves only what lies before `end`.
  void cut(int end) {
    to = Math.min(to, end);
    if (from >= to) {
      clear();
    }
  }

  @Override
  public String toString() {
    return "[" + from + ", " + to + ")";
  }
}
