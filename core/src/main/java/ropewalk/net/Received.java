package ropewalk.net;

/// One message, as it came.
///
/// @param length bytes that are there now, 0 for an empty message
/// @param size bytes that the message had; more than `length` if there was no room for the rest,
///   which is gone
public record Received(long length, long size) {
  /// Whether some of the message was lost because there was no room for it.
  public boolean isTruncated() {
    return size > length;
  }
}
