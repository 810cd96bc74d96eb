package ropewalk.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Data that knows where it belongs: the byte at position `x` of a stream is a function of `x`, so
/// a byte that is lost, doubled or moved by any distance up to 16 MiB shows.
///
/// ```
///   at(x) = x + (x >> 8) + (x >> 16)      as a byte
/// ```
///
/// Plain `(byte) x` would repeat every 256 bytes and so forgive every mistake by whole pages.
/// Versions of a file are told apart by giving each another start ([#version]).
public final class Pattern {
  /// Far enough apart that two versions differ at nearly every byte, odd so that none lines up.
  private static final long VERSION_STRIDE = 0x0010_3535L;

  private Pattern() {}

  /// The byte at position `x`.
  public static byte at(long x) {
    return (byte) (x + (x >> 8) + (x >> 16));
  }

  /// Where version `n` of some bytes begins; version 0 begins at 0.
  public static long version(int n) {
    return n * VERSION_STRIDE;
  }

  /// Fills `target` with the bytes from position `from` on.
  public static void fill(MemorySegment target, long from) {
    for (long i = 0; i < target.byteSize(); i++) {
      target.set(ValueLayout.JAVA_BYTE, i, at(from + i));
    }
  }

  /// Fills `target` with the bytes from position `from` on.
  public static void fill(byte[] target, long from) {
    fill(MemorySegment.ofArray(target), from);
  }

  /// `length` bytes from position `from` on.
  public static byte[] bytes(long from, int length) {
    byte[] bytes = new byte[length];
    fill(bytes, from);
    return bytes;
  }

  /// The index of the first byte of `actual` that is not the pattern's from `from` on, or -1.
  public static long mismatch(MemorySegment actual, long from) {
    for (long i = 0; i < actual.byteSize(); i++) {
      if (actual.get(ValueLayout.JAVA_BYTE, i) != at(from + i)) {
        return i;
      }
    }
    return -1;
  }

  /// Fails, and tells the first wrong byte and how many are wrong, unless `actual` is the pattern
  /// from position `from` on.
  public static void verify(MemorySegment actual, long from) {
    long first = mismatch(actual, from);
    if (first < 0) {
      return;
    }
    long wrong = 0;
    for (long i = first; i < actual.byteSize(); i++) {
      if (actual.get(ValueLayout.JAVA_BYTE, i) != at(from + i)) {
        wrong++;
      }
    }
    throw new AssertionError(
        "byte %d of %d (position %d) is 0x%02x and should be 0x%02x; %d bytes differ"
            .formatted(
                first,
                actual.byteSize(),
                from + first,
                actual.get(ValueLayout.JAVA_BYTE, first),
                at(from + first),
                wrong));
  }

  /// Fails unless `actual` is the pattern from position `from` on.
  public static void verify(byte[] actual, long from) {
    verify(MemorySegment.ofArray(actual), from);
  }
}
