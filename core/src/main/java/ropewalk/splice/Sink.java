package ropewalk.splice;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;

/// Where bytes go: one verb, *drain*.
///
/// A sink is used by one thread at a time. Closing it closes what it writes to.
public interface Sink extends AutoCloseable {
  /// Takes at most `limit` bytes off the front of `pipe`.
  ///
  /// Waits (a virtual thread parks) for room only before the first byte; a short drain is a result.
  /// What was accepted has left the pipe, what was not is still there, byte for byte.
  ///
  /// @param more true if more bytes follow soon: the sink may hold back a half-built segment
  /// @return 1 to `limit` bytes; 0 only if `limit` is 0 or the pipe holds nothing
  /// @throws IOException with call, arguments and errno; the pipe holds whatever was not accepted
  long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException;

  /// True if pages on loan can be given to what is behind this sink instead of being copied there.
  default boolean canGive() {
    return false;
  }

  /// Takes as [#drain] does, but gives away pages that are on loan instead of having them copied:
  /// the kernel may keep them for as long as it likes. Strict all the same, since a given page is
  /// never written again.
  ///
  /// @return 1 to `limit` bytes; 0 if what is in front can't go this way: drain it
  default long give(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    return 0;
  }

  /// True if this sink holds on to the pages that it takes, as a pipe of ours does: then a move's
  /// ticket follows them.
  default boolean isKeeping() {
    return false;
  }

  /// The end of a move: pushes whatever is half built (the kernel's `splice_eof`). Not a close.
  default void finish() throws IOException {}

  /// The descriptor below, for routes inside the kernel; null if bytes must pass through us.
  default @Nullable End sinkEnd() {
    return null;
  }

  /// How this sink takes bytes, as one word for the name of the route: `write`, `gather`, `drop`.
  String wayOut();

  @Override
  void close() throws IOException;
}
