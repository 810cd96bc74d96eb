package ropewalk.engine;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Registered;

/// The one range of memory that a ring may know in advance, and whether it does.
///
/// The lock limit (`RLIMIT_MEMLOCK`, often 8 MiB) counts what is registered by all processes of a
/// user together, so how much is left can only be tried: where the kernel says ENOMEM, half as much
/// is asked for, down to [#LEAST].
///
/// | access to | by | order |
/// |---|---|---|
/// | `current` | written under `this`, read by whoever asks | volatile: it is set after the kernel has the memory, and unset before the kernel lets go |
final class FixedBuffers {

  /// Less is not worth a registration: one run of a pipe's slot.
  private static final long LEAST = 64 << 10;

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
    if (address <= 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "register(address=0x%x, bytes=%d): must be memory".formatted(address, bytes));
    }
    if (!isKnown) {
      return Registration.none("this kernel's io_uring is too old for it");
    }
    if (current != null) {
      return Registration.none("the ring knows other memory already");
    }
    long some = bytes;
    int answer = -Errno.EINVAL;
    if (!gate.enter()) {
      return Registration.none("the engine is closed");
    }
    try {
      while (some >= LEAST) {
        answer = tell(address, some);
        if (answer != -Errno.ENOMEM) {
          break;
        }
        some = some / 2 / LEAST * LEAST;
      }
    } finally {
      gate.exit();
    }
    if (some < LEAST || answer < 0) {
      return Registration.none(bytes < LEAST ? "too little to be worth it" : refusal(answer, some));
    }
    Registration made =
        new Registration(
            address, some, some == bytes ? "" : refusal(-Errno.ENOMEM, bytes), this::end);
    current = made;
    return made;
  }

  private int tell(long address, long bytes) {
    try (Scratch iovec = new Scratch(Iovec.SIZE)) {
      Iovec.set(iovec.address(), 0, address, bytes);
      return registered.registerBuffers(iovec.address(), 1);
    }
  }

  private static String refusal(int answer, long bytes) {
    return String.valueOf(
            LinuxException.of(answer, "io_uring_register", "opcode", "BUFFERS", "length", bytes)
                .getMessage())
        + (answer == -Errno.ENOMEM ? " (ulimit -l says how much memory may be locked)" : "");
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
