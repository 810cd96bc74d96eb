package ropewalk.splice;

import java.io.IOException;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;

/// A pipe of ours as the sink of a move: pages arrive there by reference and may stay for ever, and
/// whatever is written to the source meanwhile, they are what they were (seed 3, F3-6: a strict
/// splice into a pipe without a copy). The move's ticket knows when the last of them is released.
///
/// Closing it ends the stream: what is in the pipe can still be drained.
public final class PipeSink implements Sink {
  private final Pipe to;

  /// Fills `to`.
  public PipeSink(Pipe to) {
    this.to = to;
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    return pipe.bytes() == 0 ? 0 : pipe.moveTo(to, limit);
  }

  @Override
  public boolean isKeeping() {
    return true;
  }

  @Override
  public String wayOut() {
    return "pipe";
  }

  @Override
  public void close() {
    to.closeSource();
  }

  @Override
  public String toString() {
    return to.toString();
  }
}
