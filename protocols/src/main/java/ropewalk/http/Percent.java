package ropewalk.http;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Percent-encoding of a name for use as one segment of a URI.
final class Percent {
  private Percent() {}

  /// Appends `name`: RFC 3986's unreserved characters as they are, everything else as UTF-8 bytes
  /// in `%XX`. Stricter than a segment needs to be, so that the result is also safe within HTML and
  /// never reads as a scheme (`a:b`).
  static void encode(String name, StringBuilder out) {
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      boolean unreserved =
          (b >= 'a' && b <= 'z')
              || (b >= 'A' && b <= 'Z')
              || (b >= '0' && b <= '9')
              || b == '-'
              || b == '.'
              || b == '_'
              || b == '~';
      if (unreserved) {
        out.append((char) b);
      } else {
        out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
  }
}
