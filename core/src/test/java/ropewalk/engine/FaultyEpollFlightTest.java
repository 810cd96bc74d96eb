package ropewalk.engine;

import java.io.IOException;

/// The contract for flights over epoll and workers, on a kernel that cuts short and declines.
final class FaultyEpollFlightTest extends FlightContract {
  @Override
  Engine open() throws IOException {
    return Engine.open(Faults.over(HOST, 23), Engine.Choice.EPOLL);
  }

  @Override
  boolean isFaulty() {
    return true;
  }
}
