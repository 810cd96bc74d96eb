package ropewalk.engine;

import ropewalk.linux.Errno;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.uring.Registered;

/// Memory that is offered to a ring, which takes as much of it as the lock limit admits.
///
/// The limit (`RLIMIT_MEMLOCK`, often 8 MiB) counts what is registered by all processes of a user
/// together, so how much is left can only be tried: where the kernel says ENOMEM, half as much is
/// asked for, down to [#LEAST].
final class Offer {
  /// Less is not worth a registration: one run of a pipe's slot.
  private static final long LEAST = 64 << 10;

  private Offer() {}

  /// Registers as much of the `bytes` bytes at `address` as the kernel lets us, from their start.
  /// `ending` is asked for when the registration is closed. Must be memory.
  static Registration make(
      Registered registered, long address, long bytes, Registration.Ending ending) {
    if (address <= 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "register(address=0x%x, bytes=%d): must be memory".formatted(address, bytes));
    }
    long some = bytes;
    int answer = -Errno.EINVAL;
    while (some >= LEAST) {
      answer = tell(registered, address, some);
      if (answer != -Errno.ENOMEM) {
        break;
      }
      some = some / 2 / LEAST * LEAST;
    }
    if (some < LEAST || answer < 0) {
      return Registration.none(bytes < LEAST ? "too little to be worth it" : refusal(answer, some));
    }
    String why = some == bytes ? "" : refusal(-Errno.ENOMEM, bytes);
    return new Registration(address, some, why, ending);
  }

  private static int tell(Registered registered, long address, long bytes) {
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
}
