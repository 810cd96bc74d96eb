package ropewalk.engine;

import ropewalk.linux.Syscalls;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;

/// The faults that a contract must not even notice: short counts, signals, and "not now".
final class Faults {
  private Faults() {}

  static Syscalls over(Syscalls below, long seed) {
    return FaultySyscalls.over(below, seed)
        .often(Fault.SHORT, 0.2)
        .often(Fault.EINTR, 0.2)
        .often(Fault.EAGAIN, 0.2)
        .calls();
  }
}
