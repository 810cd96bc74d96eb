package ropewalk.splice;

import java.util.Objects;

/// A strand between two descriptors. Holds no bytes between steps, so nothing can be lost on it.
abstract class DescriptorStrand implements Strand {
  final End from;
  final End to;
  private final String name;

  DescriptorStrand(String name, Source source, Sink sink) {
    this.name = name;
    this.from = Objects.requireNonNull(source.sourceEnd(), "source end");
    this.to = Objects.requireNonNull(sink.sinkEnd(), "sink end");
  }

  /// Moves both ends forward by what the kernel said it moved, never by what was asked.
  final long advanced(long bytes) {
    from.advance(bytes);
    to.advance(bytes);
    return bytes;
  }

  @Override
  public long held() {
    return 0;
  }

  @Override
  public long settle() {
    return 0;
  }

  @Override
  public final String name() {
    return name;
  }
}
