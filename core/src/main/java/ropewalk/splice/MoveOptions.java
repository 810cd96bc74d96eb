package ropewalk.splice;

import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// How a move is to be done. Immutable; each `with` gives a changed copy.
///
/// @param limit the most bytes to move; `Long.MAX_VALUE` for all there are
/// @param isRelaxed true to allow routes on which later writes to the source may show (the kernel's
///   `sendfile`); strict is the default and the reason to be here
/// @param hasMore true if the caller will send more right after, so that the sink may hold back a
///   half-built segment
/// @param route the only route to use, by name, or null to let measurement choose
/// @param progress told how many bytes were accepted so far, after each step; it must not block
public record MoveOptions(
    long limit, boolean isRelaxed, boolean hasMore, @Nullable String route, LongConsumer progress) {

  /// All of it, strict, by the best route, no questions asked.
  public static final MoveOptions DEFAULT =
      new MoveOptions(Long.MAX_VALUE, false, false, null, accepted -> {});

  /// Checks that the limit is no less than zero.
  public MoveOptions {
    if (limit < 0) {
      throw new IllegalArgumentException("limit must not be negative: limit=" + limit);
    }
    Objects.requireNonNull(progress, "progress");
  }

  /// At most `limit` bytes.
  public MoveOptions withLimit(long limit) {
    return new MoveOptions(limit, isRelaxed, hasMore, route, progress);
  }

  /// Relaxed: later writes to the source may change bytes under way.
  public MoveOptions relaxed() {
    return new MoveOptions(limit, true, hasMore, route, progress);
  }

  /// More bytes follow on the same sink.
  public MoveOptions withMore() {
    return new MoveOptions(limit, isRelaxed, true, route, progress);
  }

  /// Only by the route of this name; if it declines, the move fails and says why.
  public MoveOptions withRoute(String name) {
    return new MoveOptions(limit, isRelaxed, hasMore, name, progress);
  }

  /// Tells `progress` the bytes accepted so far after each step.
  public MoveOptions withProgress(LongConsumer progress) {
    return new MoveOptions(limit, isRelaxed, hasMore, route, progress);
  }
}
