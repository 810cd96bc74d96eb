package ropewalk.splice;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;

/// All routes, cheapest first, the one that never declines last.
///
/// The order says what was measured, not what is believed: file to file the kernel's copy beats
/// ours; file to socket the kernel's sharing is live and dearer on loopback, so that strict moves
/// go through pages; socket to anything a pipe in between costs a quarter of a copy's CPU time.
final class Catalogue {
  private final List<Route> routes;

  Catalogue(Engine engine) {
    this.routes =
        List.of(
            new CopyFileRangeRoute(engine),
            new SpliceRoute(engine),
            new SendfileRoute(engine),
            new SpliceThroughPipeRoute(engine),
            new PagesRoute());
  }

  List<Route> routes() {
    return routes;
  }

  /// Why `route` is not taken for `ask`, or null if it is.
  static @Nullable String refusal(Route route, Ask ask, boolean isRelaxed, @Nullable String only) {
    if (only != null && !only.equals(route.name())) {
      return "the caller asked for " + only;
    }
    String declined = route.declines(ask);
    if (declined != null) {
      return declined;
    }
    if (!isRelaxed && !route.stability(ask).isStrict()) {
      return "live: later writes to the source may show; taken only when relaxed is asked for";
    }
    return null;
  }

  List<Verdict> explain(Ask ask, boolean isRelaxed) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Route route : routes) {
      verdicts.add(
          new Verdict(
              route.name(),
              route.copiesKernel(ask),
              route.stability(ask),
              refusal(route, ask, isRelaxed, null)));
    }
    return verdicts;
  }
}
