package ropewalk.send;

/// The numbers that the kernel gives to zero-copy sends of one socket, and the arithmetic of its
/// notifications: 32 bits that wrap, counted up by each send that took at least one byte.
///
/// ```
///        done          out: sent, not notified yet          not sent
///   ----------------|--------------------------------|------------------> numbers mod 2^32
///                oldest                             next
///                      low |=========| high           a notification: an inclusive range
///              low |=========| high                   or one that reaches back to what is done
/// ```
///
/// A notification may cover many sends, come out of order, and come before the call that sent has
/// returned; so a number is [issued][#issue] before the call and [withdrawn][#withdraw] if nothing
/// was sent. Numbers are compared by their distance from `oldest`: far fewer than 2^31 sends are
/// ever out.
///
/// Not thread-safe: the queue's lock guards it.
final class Ranges {
  private int oldest;
  private int next;

  /// The kernel's first number is 0; a test may begin elsewhere.
  Ranges(int first) {
    oldest = first;
    next = first;
  }

  /// The number of the next send, from now on out.
  int issue() {
    return next++;
  }

  /// Undoes the last [#issue]: nothing was sent, and the kernel has not counted it.
  void withdraw() {
    if (oldest == next) {
      throw new IllegalStateException("withdraw() with nothing out: " + this);
    }
    next--;
  }

  /// How many are out.
  int out() {
    return next - oldest;
  }

  /// The place of `number` among those out, from the oldest: 0 to `out() - 1` if it is one.
  int place(int number) {
    return number - oldest;
  }

  /// The place of the first that is out in the range that begins with `low`.
  int first(int low) {
    return Math.max(place(low), 0);
  }

  /// The place after the last that is out in the range that ends with `high`; not after [#first] if
  /// none is.
  int end(int high) {
    return Math.min(place(high), out() - 1) + 1;
  }

  /// The oldest is done.
  void retire() {
    if (oldest == next) {
      throw new IllegalStateException("retire() with nothing out: " + this);
    }
    oldest++;
  }

  @Override
  public String toString() {
    return "Ranges[oldest=%s, out=%d]".formatted(Integer.toUnsignedString(oldest), out());
  }
}
