package ropewalk.bench.peer;

/// What a way says about one sample; see the harness's Sample for the words.
record Sent(
    long bytes, long nanos, long heapBytes, long copiedUser, long copiedKernel, String route) {

  /// Counted by [Heap] and the clock around a whole sample whose copies are known from how the way
  /// works.
  ///
  /// @param kernelCopies bytes the kernel copies on the sending side for each byte that is moved
  static Sent declared(long bytes, long start, long heapStart, int kernelCopies, String route) {
    return new Sent(
        bytes,
        System.nanoTime() - start,
        Heap.allocated() - heapStart,
        0,
        bytes * kernelCopies,
        route);
  }

  String line() {
    return "sent %d %d %d %d %d %s"
        .formatted(bytes, nanos, heapBytes, copiedUser, copiedKernel, route.replace(' ', '_'));
  }
}
