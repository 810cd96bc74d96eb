package ropewalk.http;

import java.util.ArrayList;
import java.util.List;

/// Which bytes of a file of known size a `Range` field asks for (RFC 9110, section 14).
///
/// ```
///   bytes=a-b   a to b, both counted; b beyond the end means the end
///   bytes=a-    a to the end
///   bytes=-n    the last n; more than there are means all
/// ```
///
/// What can't be met (`a` at or beyond the end, `n` of 0) is [Kind#UNSATISFIABLE]; what is
/// malformed, has another unit or **more than one range** is [Kind#WHOLE]: a server may ignore the
/// field, and multipart answers are more work for both sides than the file as a whole (and have
/// been a way to make a server send gigabytes for one line: CVE-2011-3192). A suffix of an empty
/// file is the whole of it, since no `Content-Range` could say "0 bytes of 0".
///
/// @param kind what the field comes to
/// @param first the first byte; 0 unless PART
/// @param length how many bytes; the file's size for WHOLE, 0 for UNSATISFIABLE
public record ByteRange(Kind kind, long first, long length) {
  private static final String UNIT = "bytes=";

  /// The three outcomes.
  public enum Kind {
    WHOLE,
    PART,
    UNSATISFIABLE
  }

  /// All of a file of `size` bytes.
  public static ByteRange whole(long size) {
    return new ByteRange(Kind.WHOLE, 0, size);
  }

  /// What `field` asks of a file of `size` bytes.
  public static ByteRange of(String field, long size) {
    if (!field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
      return whole(size);
    }
    List<String> specs = new ArrayList<>(1);
    for (String spec : field.substring(UNIT.length()).split(",", -1)) {
      if (!spec.isBlank()) {
        specs.add(spec.strip());
      }
    }
    return specs.size() == 1 ? one(specs.getFirst(), size) : whole(size);
  }

  /// The last byte, counted.
  public long last() {
    return first + length - 1;
  }

  private static ByteRange one(String spec, long size) {
    int dash = spec.indexOf('-');
    if (dash < 0) {
      return whole(size);
    }
    String from = spec.substring(0, dash);
    String to = spec.substring(dash + 1);
    if (from.isEmpty()) {
      return Digits.areDigits(to) ? suffix(Digits.saturated(to), size) : whole(size);
    }
    if (!Digits.areDigits(from) || !(to.isEmpty() || Digits.areDigits(to))) {
      return whole(size);
    }
    long first = Digits.saturated(from);
    long last = to.isEmpty() ? Long.MAX_VALUE : Digits.saturated(to);
    if (first > last) {
      return whole(
          size); // malformed by definition, even beyond the end (numbers beyond a long count as
      // equal)
    }
    if (first >= size) {
      return unsatisfiable();
    }
    // first < size, so neither sum leaves a long: size - first is positive, and last + 1 is not
    // computed when huge
    long length = last >= size - 1 ? size - first : last - first + 1;
    return new ByteRange(Kind.PART, first, length);
  }

  private static ByteRange suffix(long count, long size) {
    if (count == 0) {
      return unsatisfiable();
    }
    if (size == 0) {
      return whole(0);
    }
    long length = Math.min(count, size);
    return new ByteRange(Kind.PART, size - length, length);
  }

  private static ByteRange unsatisfiable() {
    return new ByteRange(Kind.UNSATISFIABLE, 0, 0);
  }
}
