package ropewalk.http;

import java.time.Instant;

/// The decision about a request for a file that is open and whose state is known: which head, and
/// which of its bytes.
///
/// ```
///   Conditions -- 412 / 304, no bytes
///       |
///   Range, if If-Range agrees -- 416, no bytes
///       |                     \- 206, a part
///       +- 200, all
/// ```
///
/// HEAD has the same fields as GET and no bytes. The caller adds what depends on the connection
/// (Connection, Date).
///
/// @param head status and fields that the file decides
/// @param offset where in the file the body starts
/// @param length how many bytes of the file are the body; 0 if none
public record FileAnswer(ResponseHead head, long offset, long length) {

  /// The answer to `request`, a GET or HEAD, from a file in the state of `stamp`.
  public static FileAnswer to(
      RequestHead request, FileStamp stamp, String contentType, Instant now) {
    EntityTag tag = EntityTag.of(stamp);
    Instant modified = stamp.lastModified();
    return switch (Conditions.of(request.fields(), tag, modified, now)) {
      case NOT_MODIFIED ->
          bodiless(validators(new ResponseHead(Status.NOT_MODIFIED), tag, modified, now));
      case PRECONDITION_FAILED ->
          bodiless(
              validators(new ResponseHead(Status.PRECONDITION_FAILED), tag, modified, now)
                  .field("Content-Length", 0));
      case PROCEED -> {
        ByteRange range = range(request, stamp.size(), tag, modified, now);
        yield serve(request, range, stamp.size(), tag, modified, contentType, now);
      }
    };
  }

  private static ByteRange range(
      RequestHead request, long size, EntityTag tag, Instant modified, Instant now) {
    String field = request.fields().single("Range");
    if (field == null
        || !request.isGet()
        || !Conditions.rangeCounts(request.fields(), tag, modified, now)) {
      return ByteRange.whole(size);
    }
    return ByteRange.of(field, size);
  }

  private static FileAnswer serve(
      RequestHead request,
      ByteRange range,
      long size,
      EntityTag tag,
      Instant modified,
      String contentType,
      Instant now) {
    if (range.kind() == ByteRange.Kind.UNSATISFIABLE) {
      return bodiless(
          new ResponseHead(Status.RANGE_NOT_SATISFIABLE)
              .field("Content-Range", "bytes */" + size)
              .field("Content-Length", 0));
    }
    boolean part = range.kind() == ByteRange.Kind.PART;
    ResponseHead head = new ResponseHead(part ? Status.PARTIAL_CONTENT : Status.OK);
    if (part) {
      head.field("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + size);
    }
    validators(head, tag, modified, now)
        .field("Accept-Ranges", "bytes")
        .field("Content-Type", contentType)
        .field("X-Content-Type-Options", "nosniff")
        .field("Content-Length", range.length());
    return new FileAnswer(head, range.first(), request.isHead() ? 0 : range.length());
  }

  /// A date in the future is no validator; it is told as now (RFC 9110, section 8.8.2.1).
  private static ResponseHead validators(
      ResponseHead head, EntityTag tag, Instant modified, Instant now) {
    Instant told = modified.isAfter(now) ? now : modified;
    return head.field("ETag", tag.toString()).field("Last-Modified", HttpDate.format(told));
  }

  private static FileAnswer bodiless(ResponseHead head) {
    return new FileAnswer(head, 0, 0);
  }
}
