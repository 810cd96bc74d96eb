package ropewalk.splice;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One way from a source to a sink. It declares its price, it may decline, and refusing is a plain
/// answer: the next route is asked, down to [PagesRoute], which never declines.
///
/// A route holds nothing of a move; one instance serves all threads. What a move needs on the way
/// (an intermediate pipe) lives in its [Strand].
interface Route {
  /// The name by which results, logs and options know it.
  String name();

  /// Why this route can't connect these ends, or null if it can. Costs no system call.
  @Nullable String declines(Ask ask);

  /// What only the call can tell, as an `if` sentence; null if nothing is left open.
  default @Nullable String condition() {
    return null;
  }

  /// How often the kernel copies each byte on this way.
  int copiesKernel(Ask ask);

  /// What later writes to the source do to bytes that went this way.
  Stability stability(Ask ask);

  /// What is known of the source's memory once the sink has accepted the bytes.
  default Completion completion(Ask ask) {
    return stability(ask) == Stability.LIVE ? Completion.NONE : Completion.DRAINED;
  }

  /// Gives a strand along this route: for one move, used by one thread.
  Strand open(Source source, Sink sink) throws IOException;

  /// As [#open(Source, Sink)], for a move that demands this very route and not merely a good one.
  default Strand openDemanded(Source source, Sink sink) throws IOException {
    return open(source, sink);
  }
}
