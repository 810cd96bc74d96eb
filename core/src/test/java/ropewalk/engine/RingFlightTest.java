package ropewalk.engine;

import java.io.IOException;

/// The contract for flights over io_uring.
final class RingFlightTest extends FlightContract {
  @Override
  Engine open() throws IOException {
    return Rings.openOrSkip(HOST);
  }
}
