package ropewalk.http;

import java.io.IOException;

/// Where a head comes from: one byte after the other. The server implements it over a receive
/// buffer; it decides how long to wait and answers with an exception when it has waited enough.
///
/// A head is a few hundred bytes, so a call per byte costs less than the care that sharing a buffer
/// would need.
@FunctionalInterface
public interface ByteSource {

  /// The next byte, 0 to 255, or -1 when the peer has finished sending.
  int next() throws IOException;
}
