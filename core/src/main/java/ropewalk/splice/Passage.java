package ropewalk.splice;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import ropewalk.iov.Tally;
import ropewalk.page.Trail;

/// One move under way: the strand that it is on, the ways that declined, and what it has done.
///
/// ```
///   routes in order ──► declines? next ──► strand.step, step, step ──► finish: Moved
///                              ▲                 │ the kernel refuses: nothing has moved in that call
///                              └─────────────────┘
/// ```
final class Passage {
  private static final System.Logger LOG = System.getLogger("ropewalk.splice");

  private final Source source;
  private final Sink sink;
  private final MoveOptions options;
  private final Ask ask;
  private final List<Route> routes;
  private final Tally tally = new Tally();
  private final List<String> declined = new ArrayList<>();
  private final StringBuilder before = new StringBuilder();
  private Route route;
  private Strand strand;
  private int next;
  private long accepted;
  private long acceptedBefore;

  Passage(Catalogue catalogue, Source source, Sink sink, MoveOptions options) throws IOException {
    this.source = source;
    this.sink = sink;
    this.options = options;
    this.ask = Ask.of(source, sink, options.limit());
    this.routes = catalogue.routes(ask);
    this.route = nextRoute();
    this.strand = openStrand();
  }

  /// Bytes that the sink has taken.
  long accepted() {
    return accepted;
  }

  /// Bytes that have left a source which can't take them back, and are not accepted yet.
  long held() {
    return strand.held();
  }

  private Route nextRoute() throws IOException {
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

  /// One step along the strand.
  ///
  /// @return false at the end of the source
  boolean step() throws IOException {
    try {
      while (true) {
        long moved = strand.step(options.limit() - accepted, options.hasMore(), tally);
        if (moved >= 0) {
          accepted += moved;
          return moved > 0;
        }
        if (moved == Source.END) {
          return false;
        }
        leaveStrand();
      }
    } catch (IOException e) {
      throw failed(e);
    } catch (RuntimeException | Error e) {
      strand.settle();
      throw e;
    }
  }

  /// The kernel won't go on this way; the next route goes on where this one stood.
  private void leaveStrand() throws IOException {
    declined.add(route.name() + ": the kernel refused");
    if (accepted > acceptedBefore) {
      before.append(strand.name()).append(", ");
      acceptedBefore = accepted;
    }
    strand.settle();
    route = nextRoute();
    strand = openStrand();
  }

  private Strand openStrand() throws IOException {
    return options.route() == null ? route.open(source, sink) : route.openDemanded(source, sink);
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

  /// Ends the move: lets the sink push what is half built, and tells.
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
    Moved moved = moved();
    if (LOG.isLoggable(DEBUG)) {
      LOG.log(DEBUG, "{0} -> {1}: {2}; declined before: {3}", source, sink, moved, declined);
    }
    return moved;
  }

  private MoveException failed(IOException cause) {
    return new MoveException(moved(), strand.settle(), cause);
  }

  private Moved moved() {
    return new Moved(
        accepted,
        tally.copiedUser(),
        tally.copiedKernel(),
        before + strand.name(),
        declined,
        ticket());
  }

  private Ticket ticket() {
    return state().assured(source.assurance());
  }

  private Ticket state() {
    if (!route.stability(ask).isStrict()) {
      return Ticket.LIVE;
    }
    if (tally.given() > 0) {
      return Ticket.GIVEN;
    }
    Trail trail = strand.trail();
    return trail == null ? Ticket.SETTLED : Ticket.following(trail);
  }
}
