package ropewalk;

import static ropewalk.Metric.Kind.COUNTER;
import static ropewalk.Metric.Kind.GAUGE;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import ropewalk.cache.CacheStats;
import ropewalk.cache.PageCache;
import ropewalk.engine.Engine;
import ropewalk.engine.EngineStats;
import ropewalk.page.FolioPool;
import ropewalk.page.PoolStats;
import ropewalk.pipe.KernelPipes;

/// What a running house tells of itself, figure by figure: pool, cache, engine, kernel pipes. Bind
/// them to whatever you monitor with, or take [#text].
///
/// ```
///   PoolStats ─┐
///   CacheStats ┼─► Metric: name, unit, kind, description, value ─► your registry, or [#text]
///   EngineStats┘
/// ```
///
/// Each figure is true for itself; two of them are of two moments. Reading costs some microseconds
/// and stops nobody. Thread-safe; of no use after the house is closed.
public final class Metrics {
  private final List<Metric> all = new ArrayList<>();

  Metrics(FolioPool pool, PageCache cache, Engine engine, KernelPipes pipes) {
    cache(new Part<>("cache", cache::stats, all));
    writeback(new Part<>("cache", cache::stats, all));
    pool(new Part<>("pool", pool::stats, all));
    engine(new Part<>("engine", engine::stats, all));
    Part<KernelPipes> kernel = new Part<>("kernel_pipes", () -> pipes, all);
    kernel.gauge(
        "resting", "pipes", "kernel pipes that are kept for the next move", KernelPipes::resting);
  }

  /// Metrics of one part, whose figures come together.
  private record Part<S>(String name, Supplier<S> stats, List<Metric> all) {
    void counter(String figure, String unit, String description, ToLongFunction<S> value) {
      add(figure, unit, COUNTER, description, value);
    }

    void gauge(String figure, String unit, String description, ToLongFunction<S> value) {
      add(figure, unit, GAUGE, description, value);
    }

    private void add(
        String figure, String unit, Metric.Kind kind, String description, ToLongFunction<S> value) {
      Supplier<S> source = stats;
      all.add(
          new Metric(
              name + "_" + figure, unit, kind, description, () -> value.applyAsLong(source.get())));
    }
  }

  private static void cache(Part<CacheStats> cache) {
    cache.gauge("bytes", "bytes", "memory held by cached runs", CacheStats::bytes);
    cache.gauge("bytes_max", "bytes", "the bound of that memory", CacheStats::bytesMax);
    cache.gauge("runs", "runs", "runs of up to 64 KiB that are cached", CacheStats::runs);
    cache.counter("hits", "runs", "runs found where they were looked for", CacheStats::hits);
    cache.counter("misses", "runs", "runs that had to be read", CacheStats::misses);
    cache.counter("reads", "calls", "calls that filled runs", CacheStats::reads);
    cache.counter("loans", "references", "references lent", CacheStats::loans);
    cache.counter(
        "refusals", "loans", "loans refused, so that bytes were copied", CacheStats::refusals);
    cache.counter(
        "versions",
        "runs",
        "runs replaced by a write, being on loan or given",
        CacheStats::versions);
    cache.counter("in_place", "runs", "runs written where they were", CacheStats::inPlace);
    cache.counter("evictions", "runs", "runs that left to make room", CacheStats::evictions);
    cache.counter(
        "drops", "runs", "runs that left as their file changed or went", CacheStats::drops);
  }

  private static void writeback(Part<CacheStats> cache) {
    cache.gauge("unwritten", "bytes", "held by runs that are dirty", CacheStats::unwritten);
    cache.counter("writebacks", "calls", "that wrote dirty runs", CacheStats::writebacks);
    cache.counter("written_back", "bytes", "that they wrote", CacheStats::writtenBack);
    cache.counter("stalls", "writes", "that had to write back first", CacheStats::stalls);
    cache.counter("offers_taken", "pages", "of writers, taken over", CacheStats::offersTaken);
    cache.counter("offers_refused", "pages", "offered and copied", CacheStats::offersRefused);
    cache.counter("holes", "runs", "found as zeros of a sparse file", CacheStats::holes);
  }

  private static void pool(Part<PoolStats> pool) {
    pool.gauge("ring_total", "bytes", "pages that a ring may know", PoolStats::ringTotal);
    pool.gauge("ring_free", "bytes", "of these, at rest", PoolStats::ringFree);
    pool.gauge(
        "gift_total", "bytes", "pages that may be given to the kernel", PoolStats::giftTotal);
    pool.gauge("gift_free", "bytes", "of these, at rest", PoolStats::giftFree);
    pool.gauge("reserve", "bytes", "kept back for versions and writeback", PoolStats::reserve);
    pool.gauge("in_use", "bytes", "that somebody holds", PoolStats::inUse);
    pool.gauge("charged", "bytes", "on loan, as charged to borrowers", PoolStats::charged);
    pool.gauge("waiting", "threads", "that wait for a page", PoolStats::waiting);
    pool.counter("taken", "folios", "handed out", PoolStats::taken);
    pool.counter("refused", "takes", "that ended in a refusal", PoolStats::refused);
    pool.counter("dropped", "folios", "given ones whose backing was dropped", PoolStats::dropped);
    pool.gauge("quarantined", "bytes", "never used again: bad memory", PoolStats::quarantined);
  }

  private static void engine(Part<EngineStats> engine) {
    engine.counter(
        "submitted", "requests", "handed to the kernel, answered later", EngineStats::submitted);
    engine.counter("completed", "requests", "that were answered", EngineStats::completed);
    engine.counter("parked", "waits", "times a thread really slept", EngineStats::parked);
    engine.counter(
        "inlined", "requests", "answered before anybody had to wait", EngineStats::inlined);
    engine.counter("resubmitted", "requests", "asked again", EngineStats::resubmitted);
    engine.counter(
        "handed", "calls", "made by a worker, as they might have waited", EngineStats::handed);
    engine.counter("fixed", "requests", "into or out of registered memory", EngineStats::fixed);
    engine.gauge("registered", "bytes", "of memory that the ring knows", EngineStats::registered);
    engine.gauge("workers", "threads", "of the engine, alive", EngineStats::workers);
  }

  /// All figures, in an order that stays.
  public List<Metric> all() {
    return List.copyOf(all);
  }

  /// All figures of this moment, by [Metric#fullName].
  public Map<String, Long> read() {
    Map<String, Long> values = new LinkedHashMap<>();
    all.forEach(metric -> values.put(metric.fullName(), metric.read()));
    return values;
  }

  /// All figures of this moment in Prometheus's text format, version 0.0.4, which most collectors
  /// read.
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Metric metric : all) {
      String name = metric.fullName();
      text.append("# HELP %s %s (%s)%n".formatted(name, metric.description(), metric.unit()));
      text.append(
          "# TYPE %s %s%n%s %d%n".formatted(name, metric.kind().word(), name, metric.read()));
    }
    return text.toString();
  }
}
