package ropewalk.splice;

import java.io.IOException;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;

/// A pipe of ours as the source of a move: its slots go on by reference, whole ones as they are.
///
/// Can't take bytes back: they have left the pipe. Closing it closes the pipe's draining end.
public final class PipeSource implements Source {
  private final Pipe from;

  /// Drains `from`, of which nobody else is the draining side meanwhile.
  public PipeSource(Pipe from) {
    this.from = from;
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    return pipe.free() == 0 ? 0 : from.moveTo(pipe, limit);
  }

  @Override
  public String wayIn() {
    return "pipe";
  }

  @Override
  public void close() {
    from.closeSink();
  }

  @Override
  public String toString() {
    return from.toString();
  }
}
