package ropewalk.net;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Fd;
import ropewalk.splice.Source;

/// One message, as it came.
///
/// @param length bytes that are there now, 0 for an empty message, [Source#END] where nothing will
///   ever come again
/// @param size bytes that the message had; more than `length` if there was no room for the rest,
///   which is gone
/// @param from who sent it; null from the peer that the socket is connected to, or from nobody with
///   a name
/// @param descriptors what came beside the bytes: **given**, to be closed by whoever received them
public record Received(long length, long size, @Nullable SocketName from, List<Fd> descriptors) {
  /// Nothing will come any more.
  static final Received ENDED = new Received(Source.END, Source.END);

  /// Bytes from the peer, and no descriptors.
  Received(long length, long size) {
    this(length, size, null, List.of());
  }

  /// Bytes and who sent them.
  Received(long length, long size, @Nullable SocketName from) {
    this(length, size, from, List.of());
  }

  /// Whether some of the message was lost because there was no room for it.
  public boolean isTruncated() {
    return size > length;
  }

  /// Whether nothing will ever come again.
  public boolean isEnd() {
    return length == Source.END;
  }
}
