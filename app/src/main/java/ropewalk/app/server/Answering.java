package ropewalk.app.server;

import java.io.IOException;
import ropewalk.http.Refusal;
import ropewalk.http.RequestHead;

/// Whoever knows what a request gets: a folder ([Site]), or the figures of the house ([StatsPage]).
/// Called by many threads.
interface Answering {
  /// Gives the answer to `request`.
  ///
  /// @throws Refusal where there is none, with the status that says why
  /// @throws IOException if the kernel failed (EIO, EMFILE): not the peer's fault
  Answer answer(RequestHead request) throws IOException, Refusal;
}
