package ropewalk.engine;

import java.io.IOException;

/// The contract for flights over epoll and workers.
final class EpollFlightTest extends FlightContract {
  @Override
  Engine open() throws IOException {
    return Engine.open(HOST, Engine.Choice.EPOLL);
  }
}
