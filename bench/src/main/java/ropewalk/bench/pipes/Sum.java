package ropewalk.bench.pipes;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// Reads every byte: the sum of all longs. The same loop twice, for memory and for arrays, so that
/// neither is compiled with the other's kind of segment in mind.
final class Sum {
  private Sum() {}

  static long ofMemory(MemorySegment bytes) {
    long sum = 0;
    int longs = (int) (bytes.byteSize() / Long.BYTES);
    for (int i = 0; i < longs; i++) {
      sum += bytes.getAtIndex(JAVA_LONG_UNALIGNED, i);
    }
    return sum;
  }

  static long ofArray(byte[] array, int start, int length) {
    MemorySegment bytes = MemorySegment.ofArray(array).asSlice(start, length);
    long sum = 0;
    int longs = length / Long.BYTES;
    for (int i = 0; i < longs; i++) {
      sum += bytes.getAtIndex(JAVA_LONG_UNALIGNED, i);
    }
    return sum;
  }
}
