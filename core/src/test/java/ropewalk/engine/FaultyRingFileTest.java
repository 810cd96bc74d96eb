package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// The contract for files over io_uring on a kernel that takes requests reluctantly.
final class FaultyRingFileTest extends FileContract {
  @Override
  Engine open() throws IOException {
    Syscalls faulty = RingFaults.over(Faults.over(HostSyscalls.host(), 11), 12);
    return Rings.openOrSkip(faulty);
  }

  /// Not run: the double cuts a call short by asking for less, and direct I/O refuses lengths that
  /// are not aligned.
  @Override
  void directReadsWork(Kind kind) {}
}
