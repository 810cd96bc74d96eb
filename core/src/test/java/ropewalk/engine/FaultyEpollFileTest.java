package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// The contract for files over plain calls on a kernel that uses every freedom it has.
final class FaultyEpollFileTest extends FileContract {
  @Override
  Engine open() throws IOException {
    Syscalls faulty = Faults.over(HostSyscalls.host(), 11);
    return Engine.open(faulty, Engine.Choice.EPOLL);
  }

  /// Not run: the double cuts a call short by asking for less, and direct I/O refuses lengths that
  /// are not aligned.
  @Override
  void directReadsWork(Kind kind) {}
}
