package ropewalk.splice;

/// What a route tells of the source's memory after the sink has accepted the bytes.
public enum Completion {
  /// Nobody reads it any more: the bytes were copied, or have blocks of their own.
  DRAINED,

  /// Somebody may, and the move's ticket learns when the last one is done.
  NOTIFIED,

  /// Somebody may, for as long as they like, and nobody is ever told.
  NONE
}
