package ropewalk.splice;

/// What a later write to the source does to bytes that a move has already accepted.
public enum Stability {
  /// Nothing: the bytes are a version of their own (copied, or lent pages that are replaced when
  /// somebody writes). Strict, in the sense of the seed mail of February 2023.
  SNAPSHOT,

  /// Nothing can: the source itself can't change any more.
  IMMUTABLE,

  /// It may show: kernel and source share pages until the last reader is done, which nobody learns.
  LIVE;

  /// True if a strict move may use this.
  public boolean isStrict() {
    return this != LIVE;
  }
}
