package ropewalk.app.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A client that sends exactly what it is told and reads exactly one answer at a time.
final class RawPeer implements AutoCloseable {
  /// No test waits longer for a server that is not going to answer.
  private static final int PATIENCE_MILLIS = 30_000;

  final Socket socket = new Socket();
  final InputStream in;

  /// An answer.
  ///
  /// @param fields by lower-case name
  record Reply(int status, Map<String, String> fields, String text) {
    String field(String name) {
      return fields.getOrDefault(name, "");
    }

    long length() {
      return Long.parseLong(field("content-length"));
    }
  }

  /// With a receive buffer of `receiveBuffer` bytes, if above 0.
  RawPeer(InetAddress host, int port, int receiveBuffer) throws IOException {
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
    InputStream plain = socket.getInputStream();
    in = receiveBuffer > 0 ? plain : new BufferedInputStream(plain);
  }

  RawPeer send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    return this;
  }

  /// Sends a GET of `target` with these field lines.
  RawPeer get(String target, String... fields) throws IOException {
    return request("GET", target, fields);
  }

  RawPeer request(String method, String target, String... fields) throws IOException {
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: test\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return send(head.append("\r\n").toString());
  }

  /// The next answer, with its body as its head says.
  Reply reply() throws IOException {
    Reply head = head();
    int length = head.status == 304 ? 0 : (int) head.length();
    byte[] body = in.readNBytes(length);
    if (body.length != length) {
      throw new IOException("a body of " + body.length + " instead of " + length + " bytes");
    }
    return new Reply(head.status, head.fields, new String(body, UTF_8));
  }

  /// The next head; a body is left in [#in].
  Reply head() throws IOException {
    String[] lines = headText().split("\r\n", -1);
    Map<String, String> fields = new TreeMap<>();
    for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(": ");
      fields.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 2));
    }
    return new Reply(Integer.parseInt(lines[0].substring(9, 12)), fields, "");
  }

  private String headText() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new IOException(
            "the server ended within a head: '" + head.toString(ISO_8859_1) + "'");
      }
      head.write(b);
      String text = b == '\n' ? head.toString(ISO_8859_1) : "";
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
  }

  /// Whether the server has ended the connection in order: no further byte, no reset.
  boolean isEnded() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
