package ropewalk.splice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.pipe.KernelPipes;

/// All routes, and the order in which they are asked.
///
/// Where this machine's [Prices] know all that could connect a pair of ends, the cheapest is asked
/// first. Elsewhere the built-in order holds, which says what was measured and not what is
/// believed: file to file the kernel's sharing of blocks beats its copy, and that ours; file to
/// socket the kernel's sharing is live and dearer on loopback, so that strict moves go through
/// pages; socket to anything a pipe in between costs a quarter of a copy's CPU time.
///
/// The last route of the built-in order never declines.
final class Catalogue {
  /// Why a strict move passes over a route that could go.
  static final String LIVE =
      "live: later writes to the source may show; taken only when relaxed is asked for";

  private final List<Route> builtIn;
  private final Prices prices;

  Catalogue(Engine engine, KernelPipes pipes, Prices prices) {
    this.builtIn =
        List.of(
            new ReflinkRoute(engine),
            new CopyFileRangeRoute(engine),
            new SpliceRoute(engine),
            new SendfileRoute(engine),
            new SpliceThroughPipeRoute(engine, pipes),
            PagesRoute.GIVING,
            PagesRoute.COPYING);
    this.prices = prices;
  }

  Prices prices() {
    return prices;
  }

  /// The routes in the order in which `ask` is put to them.
  List<Route> routes(Ask ask) {
    if (prices.isEmpty()) {
      return builtIn;
    }
    for (Route route : builtIn) {
      if (route.declines(ask) == null && Double.isNaN(prices.of(ask, route.name()))) {
        return builtIn;
      }
    }
    List<Route> byPrice = new ArrayList<>(builtIn);
    // Those that decline have no price and go last; the sort is stable.
    byPrice.sort(Comparator.comparingDouble(route -> price(route, ask)));
    return byPrice;
  }

  private double price(Route route, Ask ask) {
    return route.declines(ask) == null ? prices.of(ask, route.name()) : Double.POSITIVE_INFINITY;
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
      return LIVE;
    }
    return null;
  }

  List<Verdict> explain(Ask ask, boolean isRelaxed) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Route route : routes(ask)) {
      verdicts.add(
          new Verdict(
              route.name(),
              route.copiesKernel(ask),
              route.stability(ask),
              route.completion(ask),
              prices.of(ask, route.name()),
              route.condition(),
              refusal(route, ask, isRelaxed, null)));
    }
    return verdicts;
  }
}
