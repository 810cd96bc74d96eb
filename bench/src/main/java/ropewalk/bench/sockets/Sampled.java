package ropewalk.bench.sockets;

/// One sample.
///
/// @param done what the peer says
/// @param cpuNanos CPU of its process, all threads, asked from outside
/// @param receiverCpuNanos CPU of the receiver's process
record Sampled(Done done, long cpuNanos, long receiverCpuNanos) {

  double perSecond() {
    return done.messages() * 1e9 / done.nanos();
  }

  double cpuMicros() {
    return cpuNanos / 1e3 / done.messages();
  }

  double receiverMicros() {
    return receiverCpuNanos / 1e3 / done.messages();
  }

  double heapBytes() {
    return (double) done.heap() / done.messages();
  }
}
