package ropewalk.engine;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Syscalls;

/// Opens rings for tests, which are skipped where the kernel has none for us.
final class Rings {
  private Rings() {}

  static RingEngine openOrSkip(Syscalls syscalls) throws IOException {
    try {
      return RingEngine.open(syscalls);
    } catch (LinuxException e) {
      return abort("the kernel grants no io_uring: " + e.getMessage());
    }
  }
}
