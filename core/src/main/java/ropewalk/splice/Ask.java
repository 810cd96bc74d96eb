package ropewalk.splice;

import org.jspecify.annotations.Nullable;

/// What a route is asked to connect, before anything moves. Small and free of descriptors, so that
/// `doctor` and `explain` can ask about pairs of ends that aren't open.
///
/// @param from what the source is to the kernel; null if its bytes come out of our pages
/// @param to what the sink is to the kernel; null if its bytes must pass through our pages
/// @param isImmutable true if the source can't change any more
/// @param canGive true if pages on loan may be given to the sink
/// @param bytes how many are to be moved, or negative if that is unknown
public record Ask(
    End.@Nullable Kind from,
    End.@Nullable Kind to,
    boolean isImmutable,
    boolean canGive,
    long bytes) {

  /// Asks about two kinds of ends, whatever the size, the source open to change and nothing given.
  public Ask(End.@Nullable Kind from, End.@Nullable Kind to) {
    this(from, to, false, false, -1);
  }

  /// Asks about a move of so many bytes; negative if that is unknown.
  public Ask withBytes(long bytes) {
    return new Ask(from, to, isImmutable, canGive, bytes);
  }

  /// Asks where pages on loan may be given to the sink.
  public Ask withGiving() {
    return new Ask(from, to, isImmutable, true, bytes);
  }

  /// Asks about a source that lends its pages instead.
  public Ask lent() {
    return new Ask(null, to, isImmutable, canGive, bytes);
  }

  static Ask of(Source source, Sink sink, long limit) {
    End from = source.sourceEnd();
    End to = sink.sinkEnd();
    long rest = source.remaining();
    return new Ask(
        from == null ? null : from.kind(),
        to == null ? null : to.kind(),
        from != null && from.isImmutable(),
        sink.canGive(),
        rest < 0 && limit == Long.MAX_VALUE ? -1 : rest < 0 ? limit : Math.min(rest, limit));
  }

  boolean hasTwoDescriptors() {
    return from != null && to != null;
  }

  boolean goesToSocket() {
    return to == End.Kind.TCP || to == End.Kind.UNIX;
  }

  boolean comesFromSocket() {
    return from == End.Kind.TCP || from == End.Kind.UNIX;
  }
}
