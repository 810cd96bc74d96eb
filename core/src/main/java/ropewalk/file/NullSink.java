package ropewalk.file;

import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;

/// `null:` — takes everything and keeps nothing: pages go back as they come.
public final class NullSink implements Sink {
  /// Stateless; one for each move all the same.
  public NullSink() {}

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) {
    long count = Math.min(limit, pipe.bytes());
    pipe.consume(count);
    return count;
  }

  @Override
  public String wayOut() {
    return "drop";
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "null:";
  }
}
