/// What the bytes of HTTP/1.1 mean, for a server of files: heads in, heads out, and the decision in
/// between. Nothing here opens a file, owns a socket or waits; bytes come from a [ByteSource] and
/// leave into a segment that the caller lends.
///
/// ```
///   ByteSource -> HeadReader -> RequestHead -> RequestPath ......... which file
///                    |              |
///                    | Refusal      +-------> Framing .............. what follows the head
///                    v              |
///              4xx or 5xx           +-------> FileAnswer .......... which status, which bytes
///                                                | Conditions, ByteRange, EntityTag, HttpDate
///                                                v
///                                           ResponseHead .......... bytes for the wire
/// ```
///
/// Rules:
/// 1. A head is judged byte by byte before httpcore's parser sees it: what two readers could read
///    in two ways (a bare line feed, a folded line, a blank before a colon, two lengths) is
///    refused, and a refusal ends the connection.
/// 2. A target is decoded once. What comes out is text without control characters, cut into
///    segments none of which is `.` or `..`; the wall itself is `openat2(RESOLVE_BENEATH)`, further
///    down.
/// 3. All sums are of longs and saturate; a range outside the file is an answer (416), never a
///    negative length.
/// 4. No field value with a control character is ever rendered.
///
/// Read [HeadReader] first, then [RequestHead], [FileAnswer], [ResponseHead].
@NullMarked
package ropewalk.http;

import org.jspecify.annotations.NullMarked;
