package ropewalk.splice;

import org.jspecify.annotations.Nullable;

/// What one route says to a pair of ends.
///
/// @param route the route's name
/// @param copiesKernel how often the kernel would copy each byte
/// @param stability what later writes to the source would do
/// @param completion what would be known of the source's memory afterwards
/// @param nanosPerKib the price on this machine, in CPU nanoseconds a KiB; NaN if not measured
/// @param condition what only the call can tell, or null
/// @param declined why it isn't taken, or null if it may be
public record Verdict(
    String route,
    int copiesKernel,
    Stability stability,
    Completion completion,
    double nanosPerKib,
    @Nullable String condition,
    @Nullable String declined) {
  /// True if the route may be taken.
  public boolean isTaken() {
    return declined == null;
  }

  /// True if it could connect these ends, whether or not this move may take it.
  public boolean isAble() {
    return declined == null || declined.equals(Catalogue.LIVE);
  }

  /// True if it will be taken, unless one before it is.
  public boolean isSure() {
    return declined == null && condition == null;
  }

  @Override
  public String toString() {
    return route
        + ": "
        + (declined != null ? declined : condition != null ? condition : "takes it");
  }
}
