package ropewalk.http;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The conditional fields of a request against a file's state, in the order of RFC 9110, section
/// 13.2.2:
///
/// ```
///   If-Match             none fits ...................... PRECONDITION_FAILED
///     else If-Unmodified-Since   changed since .......... PRECONDITION_FAILED
///   If-None-Match        one fits ....................... NOT_MODIFIED
///     else If-Modified-Since     not changed since ...... NOT_MODIFIED
///   If-Range             does not fit ................... the Range field is ignored
/// ```
///
/// A date that is none counts as absent. Dates have whole seconds, files have nanoseconds: the
/// file's are cut off first.
public enum Conditions {
  /// Serve it.
  PROCEED,
  /// The client has it already: 304.
  NOT_MODIFIED,
  /// The client wants another state than this: 412.
  PRECONDITION_FAILED;

  /// What the fields of `request` come to for a file with `tag`, last changed at `modified`. For
  /// GET and HEAD.
  public static Conditions of(Fields request, EntityTag tag, Instant modified, Instant now) {
    Instant changed = HttpDate.wholeSeconds(modified);
    String match = request.combined("If-Match");
    if (match != null) {
      if (!isAny(match) && EntityTag.parseList(match).stream().noneMatch(tag::matchesStrongly)) {
        return PRECONDITION_FAILED;
      }
    } else {
      Instant since = date(request, "If-Unmodified-Since", now);
      if (since != null && changed.isAfter(since)) {
        return PRECONDITION_FAILED;
      }
    }
    String noneMatch = request.combined("If-None-Match");
    if (noneMatch != null) {
      boolean has =
          isAny(noneMatch) || EntityTag.parseList(noneMatch).stream().anyMatch(tag::matchesWeakly);
      return has ? NOT_MODIFIED : PROCEED;
    }
    Instant since = date(request, "If-Modified-Since", now);
    return since != null && !changed.isAfter(since) ? NOT_MODIFIED : PROCEED;
  }

  /// Whether the `Range` field of `request` counts: there is no `If-Range`, or it names this very
  /// state. A date names a state only if it is the file's own, to the second, and that second is
  /// over: within it the file could change once more (RFC 9110, section 8.8.2.2).
  public static boolean rangeCounts(Fields request, EntityTag tag, Instant modified, Instant now) {
    if (!request.has("If-Range")) {
      return true;
    }
    String field = request.single("If-Range");
    if (field == null) {
      return false;
    }
    if (field.startsWith("\"") || field.startsWith("W/")) {
      EntityTag wanted = EntityTag.parse(field);
      return wanted != null && wanted.matchesStrongly(tag);
    }
    Instant date = HttpDate.parse(field, now);
    Instant changed = HttpDate.wholeSeconds(modified);
    return date != null && date.equals(changed) && changed.plusSeconds(1).isBefore(now);
  }

  private static boolean isAny(String field) {
    return field.strip().equals("*");
  }

  private static @Nullable Instant date(Fields request, String name, Instant now) {
    String field = request.single(name);
    return field == null ? null : HttpDate.parse(field, now);
  }
}
