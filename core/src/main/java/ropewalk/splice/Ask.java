package ropewalk.splice;

import org.jspecify.annotations.Nullable;

/// What a route is asked to connect, before anything moves. Small and free of descriptors, so that
/// `doctor` can ask about pairs of ends that aren't open.
///
/// @param from what the source is to the kernel; null if its bytes come out of our pages
/// @param to what the sink is to the kernel; null if its bytes must pass through our pages
/// @param isImmutable true if the source can't change any more
public record Ask(End.@Nullable Kind from, End.@Nullable Kind to, boolean isImmutable) {
  static Ask of(Source source, Sink sink) {
    End from = source.sourceEnd();
    End to = sink.sinkEnd();
    return new Ask(
        from == null ? null : from.kind(),
        to == null ? null : to.kind(),
        from != null && from.isImmutable());
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
