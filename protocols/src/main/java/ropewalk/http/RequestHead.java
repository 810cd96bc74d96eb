package ropewalk.http;

import java.util.List;

/// What a client asks for, checked: whoever holds one may trust that its parts don't contradict
/// each other.
///
/// @param method as sent; methods have case
/// @param target as sent: visible ASCII, not decoded
/// @param minor the 1 of HTTP/1.1; a higher one means 1 to us (RFC 9110, section 2.5)
/// @param fields the field lines
public record RequestHead(String method, String target, int minor, Fields fields) {

  /// Checks what the parts say together.
  ///
  /// @throws Refusal 505 for another major version; 400 for a missing, doubled or malformed Host
  static RequestHead checked(String method, String target, int major, int minor, Fields fields)
      throws Refusal {
    if (major != 1) {
      throw Refusal.ending(
          Status.VERSION_NOT_SUPPORTED,
          "HTTP/" + major + "." + minor + " is asked for, HTTP/1.1 is spoken");
    }
    List<String> hosts = fields.all("Host");
    if (hosts.size() > 1 || (minor >= 1 && hosts.isEmpty())) {
      throw Refusal.ending(
          Status.BAD_REQUEST, "a request has one Host field and this one has " + hosts.size());
    }
    if (!hosts.isEmpty() && !isHost(hosts.getFirst())) {
      throw Refusal.ending(Status.BAD_REQUEST, "a malformed Host field");
    }
    return new RequestHead(method, target, Math.min(minor, 1), fields);
  }

  public boolean isHead() {
    return method.equals("HEAD");
  }

  public boolean isGet() {
    return method.equals("GET");
  }

  /// Whether the client would like to send another request on this connection.
  public boolean keepsAlive() {
    if (fields.lists("Connection", "close")) {
      return false;
    }
    return minor >= 1 || fields.lists("Connection", "keep-alive");
  }

  /// The request line, for the log. It can hold no control characters, so it can't forge a line.
  public String line() {
    return method + " " + target + " HTTP/1." + minor;
  }

  /// RFC 3986's host with an optional port; not resolved, so only its alphabet is looked at. Empty
  /// is legal.
  private static boolean isHost(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean fits =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._~%!$&'()*+,;=:[]".indexOf(c) >= 0;
      if (!fits) {
        return false;
      }
    }
    return true;
  }
}
