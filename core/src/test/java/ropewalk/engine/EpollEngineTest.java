package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.HostSyscalls;

/// The contract over epoll and plain calls.
final class EpollEngineTest extends EngineContract {
  @Override
  Engine open() throws IOException {
    return Engine.open(HostSyscalls.host(), Engine.Choice.EPOLL);
  }
}
