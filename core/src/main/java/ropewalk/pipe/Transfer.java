package ropewalk.pipe;

import java.io.IOException;

/// References on their way from one pipe to another: what moving and tee have in common.
///
/// ```
///   lock both, in the order of their numbers
///     |-- something went: wake both sides, done
///     |-- nothing could: unlock, wait for bytes here, then for room there, try again
///     `-- the source has ended: -1
/// ```
///
/// Nothing is waited for while both locks are held; what was true before they were taken may be so
/// no longer, hence the loop (answering 0 would mean the end).
final class Transfer {

  private final Pipe source;
  private final Pipe target;

  Transfer(Pipe source, Pipe target) {
    if (target == source) {
      throw new IllegalArgumentException("a pipe can't be drained into itself");
    }
    this.source = source;
    this.target = target;
  }

  /// Moves, or shares, at most `limit` bytes; parks until one byte can go. Answers how many went,
  /// or -1 at the end of the source.
  long run(long limit, boolean move) throws IOException {
    if (limit < 0) {
      throw new IllegalArgumentException("negative: limit=" + limit);
    }
    if (limit == 0) {
      return 0;
    }
    for (; ; ) {
      long went = attempt(limit, move);
      if (went > 0) {
        return went;
      }
      if (!source.awaitBytes(Pipe.FOREVER)) {
        return -1;
      }
      target.awaitRoom(Pipe.FOREVER);
    }
  }

  private long attempt(long limit, boolean move) throws IOException {
    Pipe first = source.number < target.number ? source : target;
    Pipe second = first == source ? target : source;
    first.lock.lock();
    second.lock.lock();
    try {
      target.demandFillable();
      long went =
          move ? source.ring.moveTo(target.ring, limit) : source.ring.tee(target.ring, limit);
      if (went > 0) {
        target.filled.signalAll();
        source.drained.signalAll();
      }
      return went;
    } finally {
      second.lock.unlock();
      first.lock.unlock();
    }
  }
}
