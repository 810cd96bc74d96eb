package ropewalk.bench.micro.pages;

/// What is taken, lent and copied by every subject.
final class Sizes {
  /// One page.
  static final int PAGE = 4 << 10;

  /// What a pipe's slot holds at most.
  static final int RUN = 64 << 10;

  /// A protocol header.
  static final int HEADER = 128;

  private Sizes() {}
}
