package ropewalk.bench.peer;

import java.io.IOException;

/// A way to read a file past the page cache.
interface DirectWay extends AutoCloseable {
  /// Reads blocks of `block` bytes with `depth` under way at a time until `end` of
  /// [System#nanoTime], and answers how many.
  ///
  /// @param pattern `random`, `sequential`, and what else the way has
  long run(String pattern, int depth, int block, long end) throws Exception;

  @Override
  void close() throws IOException;
}
