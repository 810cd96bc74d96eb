package ropewalk.http;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.AbstractMessageParser;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.apache.hc.core5.http.message.BasicLineParser;
import org.apache.hc.core5.http.message.RequestLine;
import org.apache.hc.core5.util.ByteArrayBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/// Reads one request head after the other from a connection: [HeadScan] judges each byte as it
/// comes, httpcore's parser cuts the sound head into method, target and fields, [RequestHead]
/// checks what they say together.
///
/// It takes exactly the bytes of the head and not one more, so that what follows (a body, the next
/// request of a pipelining client) stays where it is. Used by one thread at a time. After a
/// [Refusal] that ends the connection it is done.
public final class HeadReader {
  /// Enough for the head of a browser; longer ones make the buffer grow up to [HeadLimits#head].
  private static final int HEAD_USUAL = 1024;

  /// What httpcore's parser takes in one gulp.
  private static final int PARSER_BUFFER = 512;

  private final ByteSource source;
  private final HeadLimits limits;
  private final ByteArrayBuffer head = new ByteArrayBuffer(HEAD_USUAL);

  public HeadReader(ByteSource source, HeadLimits limits) {
    this.source = source;
    this.limits = limits;
  }

  /// The next head, or null when the peer finished cleanly between two requests.
  ///
  /// @throws Refusal if what came is no head that we serve
  /// @throws EOFException if the peer finished within a head
  public @Nullable RequestHead read() throws IOException, Refusal {
    head.clear();
    HeadScan scan = new HeadScan(limits);
    boolean whole = false;
    while (!whole) {
      int b = source.next();
      if (b < 0) {
        if (scan.hasBegun()) {
          throw new EOFException(
              "the peer finished within a request head, after " + head.length() + " bytes");
        }
        return null;
      }
      whole = scan.take(b);
      if (scan.hasBegun()) {
        head.append(b);
      } else {
        head.clear();
      }
    }
    return parse(new ByteArrayInputStream(head.array(), 0, head.length()));
  }

  /// Whether [#read()] has begun a head that it has not finished: a peer that stops now is slow,
  /// not idle.
  public boolean isWithinHead() {
    return !head.isEmpty();
  }

  private RequestHead parse(InputStream bytes) throws IOException, Refusal {
    SessionInputBufferImpl buffer = new SessionInputBufferImpl(PARSER_BUFFER);
    CharArrayBuffer line = new CharArrayBuffer(HEAD_USUAL);
    try {
      buffer.readLine(line, bytes);
      RequestLine request = BasicLineParser.INSTANCE.parseRequestLine(line);
      // The scan has counted fields and bytes already; httpcore's own limits are off (0).
      Header[] headers =
          AbstractMessageParser.parseHeaders(buffer, bytes, 0, 0, BasicLineParser.INSTANCE);
      List<Fields.Line> lines = new ArrayList<>(headers.length);
      for (Header header : headers) {
        lines.add(new Fields.Line(header.getName(), header.getValue()));
      }
      head.clear();
      return RequestHead.checked(
          request.getMethod(),
          request.getUri(),
          request.getProtocolVersion().getMajor(),
          request.getProtocolVersion().getMinor(),
          new Fields(lines));
    } catch (HttpException e) {
      throw Refusal.ending(Status.BAD_REQUEST, "httpcore refuses the head: " + e.getMessage());
    }
  }
}
