package ropewalk.bench;

/// What one subject did in one round.
///
/// @param nanos from connecting until the receiver had eaten everything and closed
/// @param senderCpuNanos CPU of the sender process, and of nothing else
/// @param receiverCpuNanos CPU of the receiver process
/// @param heapBytes allocated on the Java heap by all threads during all transfers of the sample
/// @param copiedUser bytes copied on the sending side by the program
/// @param copiedKernel bytes copied on the sending side by the kernel for the program
/// @param route what the subject says it did
record Sample(
    String subject,
    int round,
    long bytes,
    long nanos,
    long senderCpuNanos,
    long receiverCpuNanos,
    long heapBytes,
    long copiedUser,
    long copiedKernel,
    String route) {

  double gigabytesPerSecond() {
    return (double) bytes / nanos;
  }

  double senderCpuPerGigabyte() {
    return (double) senderCpuNanos / bytes;
  }

  double receiverCpuPerGigabyte() {
    return (double) receiverCpuNanos / bytes;
  }

  /// CPU-seconds of the sender in two seconds of this transfer: what waiting costs.
  double senderCpuPerTwoSeconds() {
    return 2.0 * senderCpuNanos / nanos;
  }
}
