package ropewalk.splice;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;

/// The mover: asks the routes, takes the first that doesn't decline, and tells what happened.
///
/// Two verbs, two names. [#splice] is the kernel's: one step, exact result, may be short. [#move]
/// moves it all.
///
/// What a failure leaves behind: the bytes that the sink accepted are reported once, in
/// [MoveException#soFar]; those that it did not accept are back at the source (files), or, where a
/// source can't take bytes back (sockets, streams), counted in [MoveException#lost]. Thread-safe;
/// the ends of a move are not.
public final class Splice {
  private final Catalogue catalogue;

  /// Uses `engine` for waiting; does not own it.
  public Splice(Engine engine) {
    this.catalogue = new Catalogue(engine);
  }

  /// Moves until the source ends or `options.limit()` is reached, then lets the sink push what is
  /// half built. Never copies in user space unless an end says so, and then counts it.
  ///
  /// An interrupt ends it: at once where an end is waiting for a stream (which that closes, as the
  /// JDK's channels do), else after the step under way, with the ends left open.
  ///
  /// @throws MoveException with the bytes accepted until then
  public Moved move(Source source, Sink sink, MoveOptions options) throws IOException {
    Passage passage = new Passage(source, sink, options);
    while (passage.accepted < options.limit() && passage.step(options.limit())) {
      options.progress().accept(passage.accepted);
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
    Passage passage = new Passage(source, sink, options);
    if (options.limit() > 0) {
      passage.step(options.limit());
      while (passage.strand.held() > 0) {
        passage.step(options.limit());
      }
    }
    return passage.finish();
  }

  /// What each route would say to a pair of ends, in the order in which they are asked.
  public List<Verdict> explain(Ask ask, boolean isRelaxed) {
    return catalogue.explain(ask, isRelaxed);
  }

  /// One move under way: the strand that it is on and what it has done.
  private final class Passage {
    private final Source source;
    private final Sink sink;
    private final MoveOptions options;
    private final Ask ask;
    private final Tally tally = new Tally();
    private final List<String> declined = new ArrayList<>();
    private Route route;
    private Strand strand;
    private int next;
    private long accepted;

    Passage(Source source, Sink sink, MoveOptions options) throws IOException {
      this.source = source;
      this.sink = sink;
      this.options = options;
      this.ask = Ask.of(source, sink);
      this.route = nextRoute();
      this.strand = route.open(source, sink);
    }

    private Route nextRoute() throws IOException {
      List<Route> routes = catalogue.routes();
      while (next < routes.size()) {
        Route candidate = routes.get(next++);
        String refusal = Catalogue.refusal(candidate, ask, options.isRelaxed(), options.route());
        if (refusal == null) {
          return candidate;
        }
        declined.add(candidate.name() + ": " + refusal);
      }
      throw new IOException("no route from " + source + " to " + sink + ": " + declined);
    }

    /// @return false at the end of the source
    boolean step(long limit) throws IOException {
      try {
        while (true) {
          long moved = strand.step(limit - accepted, options.hasMore(), tally);
          if (moved >= 0) {
            accepted += moved;
            return moved > 0;
          }
          if (moved == Source.END) {
            return false;
          }
          declined.add(route.name() + ": the kernel refused");
          strand.settle();
          route = nextRoute();
          strand = route.open(source, sink);
        }
      } catch (IOException e) {
        throw failed(e);
      } catch (RuntimeException | Error e) {
        strand.settle();
        throw e;
      }
    }

    /// Between steps, since a step that waits for nothing never notices, and a long move of such
    /// steps could not be ended. What is known to be whole is not taken back.
    void heedInterrupt() throws MoveException {
      if (Thread.currentThread().isInterrupted()
          && accepted < options.limit()
          && source.remaining() != 0) {
        throw failed(new InterruptedIOException("move(" + source + ", " + sink + "): interrupted"));
      }
    }

    Moved finish() throws IOException {
      long lost = strand.settle();
      if (lost > 0) {
        throw new MoveException(moved(), lost, new IOException("move ended early"));
      }
      if (!options.hasMore()) {
        try {
          sink.finish();
        } catch (IOException e) {
          throw failed(e);
        }
      }
      return moved();
    }

    private MoveException failed(IOException cause) {
      return new MoveException(moved(), strand.settle(), cause);
    }

    private Moved moved() {
      return new Moved(
          accepted, tally.copiedUser(), tally.copiedKernel(), strand.name(), declined, ticket());
    }

    private Ticket ticket() {
      if (!route.stability(ask).isStrict()) {
        return Ticket.LIVE;
      }
      return tally.given() > 0 ? Ticket.GIVEN : Ticket.SETTLED;
    }
  }
}
