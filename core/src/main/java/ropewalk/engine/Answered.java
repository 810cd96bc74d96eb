package ropewalk.engine;

import org.jspecify.annotations.Nullable;

/// Requests whose last answer is there and that somebody still has to be told of, in the order of
/// their answers: those of flights, and sends whose pages came back.
///
/// Guarded by the ring's lock, all of it.
final class Answered {
  private @Nullable Request head;
  private @Nullable Request tail;

  /// Takes `request`; true if it is the only one.
  boolean add(Request request) {
    boolean isFirst = tail == null;
    if (tail == null) {
      head = request;
    } else {
      tail.next = request;
    }
    tail = request;
    return isFirst;
  }

  /// Gives the oldest one; null if there is none.
  @Nullable Request poll() {
    Request request = head;
    if (request != null) {
      head = request.next;
      request.next = null;
      if (head == null) {
        tail = null;
      }
    }
    return request;
  }
}
