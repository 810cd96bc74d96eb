package ropewalk.engine;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Registered;

/// The one range of memory that a ring may know in advance, and whether it does.
///
/// | access to | by | order |
/// |---|---|---|
/// | `current` | written under `this`, read by whoever asks | volatile: it is set after the kernel has the memory, and unset before the kernel lets go |
/// | [Registration#uses] | each fixed request goes in before it is asked and out after its answer; closing shuts it | see [Gate]: the last one out, or else who shut it, takes the memory back |
final class FixedBuffers {

  private final Registered registered;
  private final boolean isKnown;
  private final Gate gate;
  private volatile @Nullable Registration current;

  FixedBuffers(Registered registered, Set<Opcode> opcodes, int features, Gate gate) {
    this.registered = registered;
    this.isKnown =
        opcodes.containsAll(Set.of(Opcode.READ_FIXED, Opcode.WRITE_FIXED))
            && (features & Registered.IORING_FEAT_RSRC_TAGS) != 0;
    this.gate = gate;
  }

  /// Registers as much of `bytes` bytes at `address` as the kernel lets us.
  synchronized Registration register(long address, long bytes) {
    if (!isKnown) {
      return Registration.none("this kernel's io_uring is too old for it");
    }
    if (current != null) {
      return Registration.none("the ring knows other memory already");
    }
    if (!gate.enter()) {
      return Registration.none("the engine is closed");
    }
    try {
      Registration made = Offer.make(registered, address, bytes, this::end);
      if (made.bytes() > 0) {
        current = made;
      }
      return made;
    } finally {
      gate.exit();
    }
  }

  /// The registration that a request of one range may use, and does from now on; null if it is
  /// outside of what the ring knows. Paid back by [#disuse] after the answer.
  @Nullable Registration use(long start, long length) {
    Registration known = current;
    return known != null && known.covers(start, length) && known.uses.enter() ? known : null;
  }

  /// A request that used `known` is answered.
  void disuse(Registration known) {
    if (known.uses.exit()) {
      forget();
    }
  }

  /// Bytes that the ring knows now.
  long bytes() {
    Registration known = current;
    return known == null || known.uses.isShut() ? 0 : known.bytes();
  }

  private synchronized void end(Registration registration) {
    if (current == registration && !registration.uses.isShut() && gate.enter()) {
      try {
        if (registration.uses.shutEmpty()) {
          forget();
        }
      } finally {
        gate.exit();
      }
    }
  }

  /// When the engine closes: nobody is inside any more.
  void close() {
    if (current != null) {
      forget();
    }
  }

  private synchronized void forget() {
    current = null;
    int answer = registered.unregisterBuffers();
    assert answer == 0 : answer;
  }
}
