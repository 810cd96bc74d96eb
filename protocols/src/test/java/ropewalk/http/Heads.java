package ropewalk.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/// Heads from text, for tests: one character is one byte.
final class Heads {
  private Heads() {}

  /// A source that ends behind `text`.
  static Counted source(String text) {
    return new Counted(text.getBytes(ISO_8859_1));
  }

  /// The head in `text`, which must be sound.
  static RequestHead sound(String text) {
    try {
      RequestHead head = read(text, HeadLimits.USUAL);
      if (head == null) {
        throw new AssertionError("no head in: " + text);
      }
      return head;
    } catch (Refusal e) {
      throw new AssertionError("refused: " + e.why() + ", in: " + text, e);
    }
  }

  /// A GET of `/` by HTTP/1.1 with these field lines.
  static RequestHead withFields(String... lines) {
    return sound("GET / HTTP/1.1\r\nHost: h\r\n" + joined(lines) + "\r\n");
  }

  static Fields fields(String... lines) {
    return withFields(lines).fields();
  }

  static @Nullable RequestHead read(String text, HeadLimits limits) throws Refusal {
    try {
      return new HeadReader(source(text), limits).read();
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String joined(String... lines) {
    StringBuilder out = new StringBuilder();
    for (String line : lines) {
      out.append(line).append("\r\n");
    }
    return out.toString();
  }

  /// Bytes that tell how many of them were asked for.
  static final class Counted implements ByteSource {
    private final byte[] bytes;
    private int at;

    Counted(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int next() {
      return at < bytes.length ? bytes[at++] & 0xff : -1;
    }

    int taken() {
      return at;
    }
  }
}
