package ropewalk.cache;

import java.time.Duration;

/// How much memory of a page cache may wait to be written back, and for how long.
///
/// ```
///   0                 background              hard               all of the cache
///   ├─────────────────────┼─────────────────────┼───────────────────────┤
///     by age only            written back in      who writes writes back
///                            the background       first, or through
/// ```
///
/// Memory counts by folio: one dirty byte may hold 64 KiB.
///
/// @param backgroundBytes beyond this much the background writes back whatever is dirty
/// @param hardBytes not more than this much, but for one run per thread that is writing
/// @param age how long bytes may wait when there is no other reason to write them back
public record WritebackLimits(long backgroundBytes, long hardBytes, Duration age) {
  /// Percent of the cache; as the kernel has them for all of memory.
  private static final int BACKGROUND_PERCENT = 10;

  private static final int HARD_PERCENT = 20;

  /// What a crash of the process may cost who never syncs.
  private static final Duration AGE = Duration.ofSeconds(5);

  /// @throws IllegalArgumentException if the numbers are not in order
  public WritebackLimits {
    if (backgroundBytes < 0 || hardBytes < backgroundBytes || age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException(
          "limits: backgroundBytes=%d, hardBytes=%d, age=%s"
              .formatted(backgroundBytes, hardBytes, age));
    }
  }

  /// A tenth and a fifth of a cache of `cacheBytes`, and five seconds.
  public static WritebackLimits of(long cacheBytes) {
    return new WritebackLimits(
        cacheBytes / 100 * BACKGROUND_PERCENT, cacheBytes / 100 * HARD_PERCENT, AGE);
  }
}
