package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.HostSyscalls;

/// The contract for files over plain calls and workers.
final class EpollFileTest extends FileContract {
  @Override
  Engine open() throws IOException {
    return Engine.open(HostSyscalls.host(), Engine.Choice.EPOLL);
  }
}
