package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// The contract over plain calls on a kernel that uses every freedom it has.
final class FaultyEpollEngineTest extends EngineContract {
  @Override
  Engine open() throws IOException {
    Syscalls faulty = Faults.over(HostSyscalls.host(), 11);
    return Engine.open(faulty, Engine.Choice.EPOLL);
  }
}
