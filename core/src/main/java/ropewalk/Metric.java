package ropewalk;

import java.util.Locale;
import java.util.function.LongSupplier;

/// One figure that a running house tells of itself.
///
/// @param name lower-case words joined by underscores, what it belongs to first: `cache_hits`
/// @param unit `bytes`, or what is counted, in the plural: `runs`, `threads`
/// @param kind whether it only grows
/// @param description one sentence without a full stop
/// @param value asks for the figure of this moment; takes no lock for long, waits for nothing
public record Metric(String name, String unit, Kind kind, String description, LongSupplier value) {

  /// How the figure moves.
  public enum Kind {
    /// Only grows, from 0 when the house was opened: differences are what counts.
    COUNTER,
    /// Goes up and down: what is so at the moment.
    GAUGE;

    /// The word that the text format has for it.
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The figure of this moment.
  public long read() {
    return value.getAsLong();
  }

  /// The name that others know it by: `ropewalk_cache_hits_total`, `ropewalk_pool_charged_bytes`.
  public String fullName() {
    String suffix = unit.equals("bytes") && !name.contains("bytes") ? "_bytes" : "";
    return "ropewalk_" + name + suffix + (kind == Kind.COUNTER ? "_total" : "");
  }
}
