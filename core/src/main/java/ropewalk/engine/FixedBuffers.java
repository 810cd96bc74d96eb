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

  /// Whether a request of one range is inside of what the ring knows.
  boolean covers(long start, long length) {
    Registration known = current;
    return known != null && known.covers(start, length);
  }

  /// Bytes that the ring knows now.
  long bytes() {
    Registration known = current;
    return known == null ? 0 : known.bytes();
  }

  private synchronized void end(Registration registration) {
    if (current == registration && gate.enter()) {
      try {
        forget();
      } finally {
        gate.exit();
      }
    }
  }

  /// When the engine closes: nobody is inside any more.
  synchronized void close() {
    if (current != null) {
      forget();
    }
  }

  private void forget() {
    current = null;
    int answer = registered.unregisterBuffers();
    assert answer == 0 : answer;
  }
}
