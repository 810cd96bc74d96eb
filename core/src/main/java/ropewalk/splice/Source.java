package ropewalk.splice;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;

/// Where bytes come from: one verb, *fill*.
///
/// Every move is *a source fills a pipe, a sink drains it*, so that N sources and M sinks cost N +
/// M pieces of code. A source that is a descriptor also shows its [End], so that a [Route] may take
/// a short cut below us.
///
/// A source is used by one thread at a time. Closing it closes what it reads from.
public interface Source extends AutoCloseable {
  /// What [#fill] answers when nothing will ever come again.
  long END = -1;

  /// Gives `pipe` at most `limit` bytes, as references to pages.
  ///
  /// Waits (a virtual thread parks) for the first byte only; whatever is there then is handed over,
  /// so the answer is often short. Never copies in user space unless the implementation says so,
  /// and then counts it in `tally`; what the kernel copied on the way into our pages is declared
  /// there too.
  ///
  /// @return 1 to `limit` bytes, or [#END]; 0 only if `limit` is 0 or the pipe has no free slot
  /// @throws IOException with call, arguments and errno; nothing has entered the pipe then
  long fill(Pipe pipe, long limit, Tally tally) throws IOException;

  /// What every [#fill] asks of its limit first: a negative one would be a huge one to the kernel,
  /// which then receives beyond the end of a folio.
  ///
  /// @throws IllegalArgumentException if `limit` is negative
  static void demandLimit(long limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("fill: negative: limit=" + limit);
    }
  }

  /// True if this source can bring bytes again ([#unread]): a file can, a socket or stream can't.
  default boolean canUnread() {
    return false;
  }

  /// Takes back the last `bytes` that [#fill] handed over and that no sink has accepted: the next
  /// fill brings them again. Only where [#canUnread] says so.
  default void unread(long bytes) {
    throw new IllegalStateException("unread(" + bytes + ") of a source that can't: " + this);
  }

  /// How many bytes are still to come, if that is known; negative otherwise. A hint for progress
  /// and for `MSG_MORE`, never a promise.
  default long remaining() {
    return -1;
  }

  /// The descriptor below, for routes inside the kernel; null if bytes come from elsewhere or must
  /// pass through us.
  default @Nullable End sourceEnd() {
    return null;
  }

  /// How this source brings bytes, as one word for the name of the route: `read`, `lend`,
  /// `receive`.
  String wayIn();

  /// What kept others from changing the bytes while they were read, of all that was brought so far,
  /// in a few words for the move's [Ticket]: `read under a lease`, `unguarded`. Empty if nobody
  /// else can write there, or nothing is known.
  default String assurance() {
    return "";
  }

  @Override
  void close() throws IOException;
}
