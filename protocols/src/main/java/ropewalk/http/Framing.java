package ropewalk.http;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What follows a head on the wire, by the fields that say so (RFC 9112, section 6). A server of
/// files has no use for bodies, yet it has to know where they end, or a body could pass for the
/// next request.
///
/// @param kind what follows
/// @param length bytes of the body; 0 unless `kind` is [Kind#SIZED]
public record Framing(Kind kind, long length) {

  /// The three shapes.
  public enum Kind {
    /// The next request follows at once.
    NONE,
    /// [Framing#length] bytes, then the next request.
    SIZED,
    /// Chunks; we don't read them, the connection ends behind the answer.
    CHUNKED
  }

  /// A body up to this many bytes is read and dropped so that the connection can go on; a bigger
  /// one costs more than the connection that it saves. 64 KiB is what a GET with a query in its
  /// body has at most in practice.
  public static final long DRAIN_MAX = 64 * 1024;

  private static final Framing NOTHING = new Framing(Kind.NONE, 0);

  /// What follows `head`.
  ///
  /// @throws Refusal 400 where two readers could come to two lengths (both fields, lengths that
  ///   differ or are no numbers, an encoding in HTTP/1.0); 501 for a transfer encoding that is not
  ///   chunked alone; 417 for an unknown expectation
  public static Framing of(RequestHead head) throws Refusal {
    checkExpectation(head);
    List<String> lengths = head.fields().all("Content-Length");
    boolean encoded = head.fields().has("Transfer-Encoding");
    if (encoded) {
      if (!lengths.isEmpty()) {
        throw bad("both Content-Length and Transfer-Encoding");
      }
      if (head.minor() < 1) {
        throw bad("Transfer-Encoding in HTTP/1.0");
      }
      if (!head.fields().tokens("Transfer-Encoding").equals(List.of("chunked"))) {
        throw Refusal.ending(Status.NOT_IMPLEMENTED, "a transfer encoding other than chunked");
      }
      return new Framing(Kind.CHUNKED, 0);
    }
    if (lengths.isEmpty()) {
      return NOTHING;
    }
    Set<Long> told = new HashSet<>();
    for (String field : lengths) {
      for (String one : field.split(",", -1)) {
        told.add(length(one.strip()));
      }
    }
    if (told.size() != 1) {
      throw bad("Content-Length tells " + told.size() + " lengths");
    }
    long length = told.iterator().next();
    return length == 0 ? NOTHING : new Framing(Kind.SIZED, length);
  }

  /// Whether the body can be read and dropped, so that the next request is found behind it. One
  /// that the client holds back until it is told to go on is never asked for.
  public boolean isDrainable(RequestHead head) {
    return switch (kind) {
      case NONE -> true;
      case SIZED -> length <= DRAIN_MAX && !head.fields().has("Expect");
      case CHUNKED -> false;
    };
  }

  /// RFC 9110, section 10.1.1: the only expectation there is; from an HTTP/1.0 client it is
  /// ignored.
  private static void checkExpectation(RequestHead head) throws Refusal {
    for (String expectation : head.fields().tokens("Expect")) {
      if (head.minor() >= 1 && !expectation.equals("100-continue")) {
        throw Refusal.ending(Status.EXPECTATION_FAILED, "an expectation other than 100-continue");
      }
    }
  }

  /// Digits and nothing else: `+5`, `0x5` and an empty value are read differently by different
  /// readers.
  private static long length(String digits) throws Refusal {
    if (!Digits.areDigits(digits)) {
      throw bad("a Content-Length that is no number");
    }
    return Digits.saturated(digits);
  }

  private static Refusal bad(String why) {
    return Refusal.ending(Status.BAD_REQUEST, why);
  }
}
