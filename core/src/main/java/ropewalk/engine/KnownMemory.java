package ropewalk.engine;

import ropewalk.linux.uring.Registered;

/// What a lane's ring knows in advance, and how many requests use it.
///
/// A registration is given up by its owner, which may be any thread, and ends when nothing uses it:
///
/// ```
///   register ---> known, uses = n ---- close() by anybody ----> given up, uses = n
///                                                                    | the last answer, or at the
///                                                                    v lane's next call if n = 0
///                                                               unregistered
/// ```
///
/// So the ring's entry for it (the kernel's node) lives until the last request that names it is
/// answered, on every kernel, and no request is asked with an entry that is gone.
///
/// | access to | by | order |
/// |---|---|---|
/// | `uses` | the lane's owner | plain |
/// | `isGivenUp` | any thread sets it, the owner looks before each request and after each answer | volatile: who frees the memory after close() is not asked into any more |
final class KnownMemory {
  private final Registered registered;
  private int uses;
  private volatile boolean isGivenUp;
  private boolean isOver;
  private Registration registration = Registration.none("");

  private KnownMemory(Registered registered) {
    this.registered = registered;
  }

  /// Offers memory to a ring; [#registration] tells what came of it.
  static KnownMemory offer(Registered registered, long address, long bytes) {
    KnownMemory known = new KnownMemory(registered);
    known.registration = Offer.make(registered, address, bytes, ended -> known.isGivenUp = true);
    known.isOver = known.registration.bytes() == 0;
    return known;
  }

  Registration registration() {
    return registration;
  }

  /// Whether a request of one range may be asked with it.
  boolean covers(long start, long length) {
    return !isGivenUp && !isOver && registration.covers(start, length);
  }

  /// A request that uses it is asked.
  void use() {
    uses++;
  }

  /// A request that used it is answered.
  void disuse() {
    uses--;
    endIfUnused();
  }

  /// Takes the memory back if it was given up and nothing uses it; true if it is over.
  boolean endIfUnused() {
    if (isGivenUp && uses == 0) {
      end();
    }
    return isOver;
  }

  /// Takes the memory back; nothing uses it.
  void end() {
    if (!isOver) {
      isOver = true;
      int answer = registered.unregisterBuffers();
      assert answer == 0 : answer;
    }
  }
}
