package ropewalk.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All requests of a ring, by index; those at rest in a list. As many as were ever in flight at one
/// time, and none is made anew after that.
///
/// Guarded by the ring's lock, all of it.
final class Requests {
  private final Gate gate;
  private final List<Request> all = new ArrayList<>();
  private @Nullable Request atRest;

  Requests(Gate gate) {
    this.gate = gate;
  }

  Request take() {
    Request request = atRest;
    if (request == null) {
      request = new Request(all.size(), gate);
      all.add(request);
    } else {
      atRest = request.next;
      request.next = null;
    }
    return request;
  }

  /// Takes `request` back. One that was never answered, because the ring broke down, is not used
  /// again.
  void give(Request request) {
    if (request.inFlight) {
      return;
    }
    request.next = atRest;
    atRest = request;
  }

  /// The request that the answer with this number is for; null if it is nobody's: a cancel's own.
  @Nullable Request find(long userData) {
    int index = (int) userData;
    if (index < 0 || index >= all.size()) {
      return null;
    }
    Request request = all.get(index);
    return request.inFlight && request.userData() == userData ? request : null;
  }

  /// Makes all who wait look around, and stops receives that go on by themselves. By index: the
  /// lock may be let go on the way.
  void wakeAll(SharedRing ring) {
    for (int i = 0; i < all.size(); i++) {
      Request request = all.get(i);
      request.waiter.run();
      if (request.reception != null) {
        request.reception.pause();
      }
    }
  }
}
