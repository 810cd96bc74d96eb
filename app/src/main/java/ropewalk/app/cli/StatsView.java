package ropewalk.app.cli;

import java.util.Locale;
import java.util.Map;

/// The figures of a house as a page of text: what is so now, what happened in the last second, and
/// what in all. Counters become rates by the figures of a moment before.
///
/// @param now figures of this moment by name
/// @param before figures of a moment before
/// @param seconds between the two, above 0
record StatsView(Map<String, Long> now, Map<String, Long> before, double seconds) {
  private static final int BAR = 30;
  private static final double PERCENT = 100;

  /// Figures, line by line, as `serve --stats` tells them; anything else is passed over.
  static Map<String, Long> parse(String text) {
    Map<String, Long> figures = new java.util.LinkedHashMap<>();
    for (String line : text.split("\n", -1)) {
      int gap = line.indexOf(' ');
      if (line.startsWith("ropewalk_") && gap > 0) {
        try {
          figures.put(line.substring(0, gap), Long.parseLong(line.substring(gap + 1).strip()));
        } catch (NumberFormatException e) {
          // A kind of figure that this version doesn't know.
        }
      }
    }
    return figures;
  }

  /// The page; no line is longer than 80 columns.
  String text() {
    StringBuilder page = new StringBuilder();
    long hits = delta("cache_hits_total");
    long asked = hits + delta("cache_misses_total");
    page.append(
        bar("cache", now("cache_bytes"), now("cache_bytes_max"), now("cache_runs") + " runs"));
    page.append(bar("pool", now("pool_in_use_bytes"), total(), waiting()));
    page.append("\n              per second          in all\n");
    row(page, "hits", "cache_hits_total", asked == 0 ? "" : share(hits, asked) + " of this second");
    row(page, "misses", "cache_misses_total", "runs that had to be read");
    row(page, "loans", "cache_loans_total", "references lent, nothing copied");
    row(page, "refused", "cache_refusals_total", "loans refused: copied instead");
    row(page, "versions", "cache_versions_total", "written while on loan: replaced");
    row(page, "in place", "cache_in_place_total", "written while nobody held them");
    row(page, "written", "cache_written_back_bytes_total", "bytes of dirty runs, written back");
    row(page, "stalls", "cache_stalls_total", "writes that had to write back first");
    row(page, "evicted", "cache_evictions_total", "left to make room");
    row(page, "dropped", "pool_dropped_total", "given pages whose memory was dropped");
    row(page, "requests", "engine_submitted_total", "that the kernel answers later");
    row(page, "waits", "engine_parked_total", "times a thread slept for the kernel");
    page.append(
        String.format(
            Locale.ROOT,
            "%n  dirty %s, on loan %s, kept for writers %s, quarantined %s, %d workers%n",
            ByteSize.say((double) now("cache_unwritten_bytes")),
            ByteSize.say((double) now("pool_charged_bytes")),
            ByteSize.say((double) now("pool_reserve_bytes")),
            ByteSize.say((double) now("pool_quarantined_bytes")),
            now("engine_workers")));
    return page.toString();
  }

  private long total() {
    return now("pool_ring_total_bytes") + now("pool_gift_total_bytes");
  }

  private String waiting() {
    long waiting = now("pool_waiting");
    return waiting == 0 ? "nobody waits" : waiting + " threads wait for pages";
  }

  private static String bar(String what, long part, long whole, String words) {
    int full = whole <= 0 ? 0 : (int) Math.clamp(BAR * part / whole, 0L, BAR);
    return String.format(
        Locale.ROOT,
        "  %-6s %s%s  %s of %s, %s%n",
        what,
        "█".repeat(full),
        "░".repeat(BAR - full),
        ByteSize.say((double) part),
        ByteSize.say((double) whole),
        words);
  }

  private void row(StringBuilder page, String what, String figure, String words) {
    page.append(
        String.format(
                Locale.ROOT,
                "  %-9s %,13.0f %,15d  %s",
                what,
                delta(figure) / seconds,
                now(figure),
                words)
            .stripTrailing());
    page.append('\n');
  }

  private static String share(long part, long whole) {
    return String.format(Locale.ROOT, "%.1f %%", PERCENT * part / whole);
  }

  private long now(String figure) {
    return now.getOrDefault("ropewalk_" + figure, 0L);
  }

  private long delta(String figure) {
    return Math.max(0, now(figure) - before.getOrDefault("ropewalk_" + figure, 0L));
  }
}
