package ropewalk.bench.pipes;

import java.io.IOException;

/// One kind of pipe between two threads: each method is called by one of them.
interface Way extends AutoCloseable {
  /// Bytes of a piece.
  int PIECE = 64 << 10;

  /// How many pieces a pipe holds at the most: what the kernel's has in pages.
  int DEPTH = 16;

  /// How it is called in the report.
  String name();

  /// How often each byte is copied on the way from the one thread to the other.
  int copies();

  /// Puts one piece in. With `touch` each of its bytes is set to `value` first.
  void put(boolean touch, byte value) throws Exception;

  /// Takes one piece out. With `touch` each of its bytes is read, and the sum of its longs given.
  long take(boolean touch) throws Exception;

  @Override
  void close() throws IOException;
}
