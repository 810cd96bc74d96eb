package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.HostSyscalls;

/// The contract over io_uring.
final class RingEngineTest extends EngineContract {
  @Override
  Engine open() throws IOException {
    return Rings.openOrSkip(HostSyscalls.host());
  }
}
