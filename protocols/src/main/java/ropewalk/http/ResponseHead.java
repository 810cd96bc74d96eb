package ropewalk.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A response head on its way to the wire: status line and fields, rendered into a segment that the
/// caller lends.
///
/// ```
///   HTTP/1.1 200 OK CR LF
///   name: value CR LF        in the order of the calls
///   CR LF                    written by render
/// ```
///
/// A value that could end its line early would let a file's name write fields of its own, so values
/// are ASCII without controls or the call fails.
public final class ResponseHead {
  private final Status status;
  private final StringBuilder text = new StringBuilder(384);

  public ResponseHead(Status status) {
    this.status = status;
    text.append("HTTP/1.1 ")
        .append(status.code())
        .append(' ')
        .append(status.phrase())
        .append("\r\n");
  }

  /// Adds a field.
  ///
  /// @throws IllegalArgumentException if `name` is no token or `value` is not visible ASCII with
  ///   blanks
  public ResponseHead field(String name, String value) {
    if (name.isEmpty() || !name.chars().allMatch(HeadScan::isToken)) {
      throw new IllegalArgumentException("a field name must be a token: name=" + name);
    }
    if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("a field value must be printable ASCII: name=" + name);
    }
    text.append(name).append(": ").append(value).append("\r\n");
    return this;
  }

  /// Adds a field with a number.
  public ResponseHead field(String name, long value) {
    return field(name, Long.toString(value));
  }

  public Status status() {
    return status;
  }

  /// How many bytes [#render] will write.
  public int length() {
    return text.length() + 2;
  }

  /// Writes the head with its empty line to the start of `target`, which stays the caller's.
  /// Answers the bytes written.
  ///
  /// @throws IndexOutOfBoundsException if `target` is smaller than [#length()]
  public int render(MemorySegment target) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      target.set(ValueLayout.JAVA_BYTE, i, (byte) text.charAt(i));
    }
    target.set(ValueLayout.JAVA_BYTE, length, (byte) '\r');
    target.set(ValueLayout.JAVA_BYTE, length + 1L, (byte) '\n');
    return length + 2;
  }

  /// The head as text, with its empty line; for tests and for those who look.
  @Override
  public String toString() {
    return text + "\r\n";
  }
}
