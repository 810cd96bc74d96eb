package ropewalk.bench.pipes;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// Reads every byte: the sum of all longs, the same loop for every subject.
final class Sum {
  private Sum() {}

  static long of(MemorySegment bytes) {
    long sum = 0;
    for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
      sum += bytes.get(JAVA_LONG_UNALIGNED, at);
    }
    return sum;
  }
}
