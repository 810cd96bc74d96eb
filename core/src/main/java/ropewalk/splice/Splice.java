package ropewalk.splice;

import java.io.IOException;
import java.util.List;
import ropewalk.engine.Engine;
import ropewalk.pipe.KernelPipes;

/// The mover: asks the routes, takes the first that doesn't decline, and tells what happened.
///
/// Two verbs, two names. [#splice] is the kernel's: one step, exact result, may be short. [#move]
/// moves it all; [#submit] does so beside the caller.
///
/// What a failure leaves behind: the bytes that the sink accepted are reported once, in
/// [MoveException#soFar]; those that it did not accept are back at the source (files), or, where a
/// source can't take bytes back (sockets, streams), counted in [MoveException#lost]. Thread-safe;
/// the ends of a move are not.
public final class Splice {
  private final Catalogue catalogue;

  /// Asks routes in the order of `prices`. Uses `engine` for waiting and `pipes` for ways through
  /// the kernel; both stay the caller's.
  public Splice(Engine engine, KernelPipes pipes, Prices prices) {
    this.catalogue = new Catalogue(engine, pipes, prices);
  }

  /// Moves until the source ends or `options.limit()` is reached, then lets the sink push what is
  /// half built. Never copies in user space unless an end says so, and then counts it.
  ///
  /// An interrupt ends it: at once where an end is waiting for a stream (which that closes, as the
  /// JDK's channels do), else after the step under way, with the ends left open.
  ///
  /// @throws MoveException with the bytes accepted until then
  public Moved move(Source source, Sink sink, MoveOptions options) throws IOException {
    Passage passage = new Passage(catalogue, source, sink, options);
    while (passage.accepted() < options.limit() && passage.step()) {
      options.progress().accept(passage.accepted());
      passage.heedInterrupt();
    }
    return passage.finish();
  }

  /// Moves one step's worth, at most `options.limit()` bytes; short is a result, 0 is the end of
  /// the source. Bytes that have left a source which can't take them back (a socket) are seen
  /// through to the sink before this returns.
  ///
  /// @throws MoveException with the bytes accepted until then
  public Moved splice(Source source, Sink sink, MoveOptions options) throws IOException {
    Passage passage = new Passage(catalogue, source, sink, options);
    if (options.limit() > 0) {
      passage.step();
      while (passage.held() > 0) {
        passage.step();
      }
    }
    return passage.finish();
  }

  /// Begins a move and returns; many may be under way at a time, each on a virtual thread of its
  /// own that parks where a call would wait. *Takes* neither end: they stay the caller's to close,
  /// after the end of the move.
  public Submitted submit(Source source, Sink sink, MoveOptions options) {
    return new Submitted(() -> move(source, sink, options));
  }

  /// What each route would say to a pair of ends, in the order in which they are asked.
  public List<Verdict> explain(Ask ask, boolean isRelaxed) {
    return catalogue.explain(ask, isRelaxed);
  }

  /// What routes cost on this machine, as far as that was measured.
  public Prices prices() {
    return catalogue.prices();
  }
}
