package ropewalk.engine;

import java.io.IOException;

/// The contract for flights over io_uring, on a kernel that cuts short and declines.
final class FaultyRingFlightTest extends FlightContract {
  @Override
  Engine open() throws IOException {
    return Rings.openOrSkip(RingFaults.over(Faults.over(HOST, 21), 22));
  }

  @Override
  boolean isFaulty() {
    return true;
  }
}
