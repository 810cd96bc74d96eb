package ropewalk.splice;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.page.Trail;

/// One move's passage along a [Route]: step by step until the source ends.
interface Strand extends AutoCloseable {
  /// What [#step] answers when the kernel won't go this way after all (EINVAL, EXDEV, ENOSYS and
  /// the like). Nothing has moved in that call.
  long DECLINED = -2;

  /// Moves at most `limit` bytes, waiting (parked) before the first byte only. What was accepted is
  /// exactly what is answered; both ends stand right behind it.
  ///
  /// @param more true if bytes follow after these
  /// @return 1 to `limit`, [Source#END], or [#DECLINED]
  long step(long limit, boolean more, Tally tally) throws IOException;

  /// Bytes that have left a source that can't take them back, and that no sink has accepted yet.
  long held();

  /// Ends the passage: gives back what the source can take back, drops the rest and answers how
  /// many bytes that were (invariant 8: none is lost without a word). Idempotent.
  long settle();

  /// Where the pages that passed are followed, if the sink keeps them.
  default @Nullable Trail trail() {
    return null;
  }

  /// The words for the result: usually the route's name.
  String name();

  @Override
  default void close() {
    settle();
  }
}
