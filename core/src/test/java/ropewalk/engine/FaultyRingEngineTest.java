package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// The contract over io_uring on a kernel that takes requests reluctantly.
final class FaultyRingEngineTest extends EngineContract {
  @Override
  Engine open() throws IOException {
    Syscalls faulty = RingFaults.over(Faults.over(HostSyscalls.host(), 11), 12);
    return Rings.openOrSkip(faulty);
  }
}
