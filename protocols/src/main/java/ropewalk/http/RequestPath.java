package ropewalk.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The path of a request target: decoded once, cut into names.
///
/// What each stage lets through (an attack named where it ends):
///
/// ```
///   target      /a/%C3%A9/b%252e?q        origin or absolute form; a fragment is refused
///   decode      once: %25 becomes % and is not looked at again     %252e%252e is the odd name "%2e%2e"
///               %2F refused: a name can't hold a slash
///               strict UTF-8: overlong forms and surrogates refused             %c0%ae ends here
///               controls refused: NUL, line ends, C1                            %00 ends here
///   cut         at "/"; empty names are left out, "." and ".." refused          .. and %2e%2e end here
///   open        openat2(RESOLVE_BENEATH) by whoever opens                       links out end there
/// ```
///
/// A backslash is a character like others: it separates nothing on Linux.
///
/// @param names the names from the root down; none is empty, `.` or `..`; none holds a slash or a
///   control character
/// @param endsWithSlash whether the target did: the root itself always does
public record RequestPath(List<String> names, boolean endsWithSlash) {

  public RequestPath {
    names = List.copyOf(names);
  }

  /// The path of `target`.
  ///
  /// @throws Refusal 400 with what is wrong with it
  public static RequestPath of(String target) throws Refusal {
    String path = pathOf(target);
    String decoded = decode(path);
    List<String> names = new ArrayList<>();
    for (String name : decoded.split("/", -1)) {
      if (name.equals(".") || name.equals("..")) {
        throw bad("a \".\" or \"..\" in the path");
      }
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return new RequestPath(names, decoded.endsWith("/"));
  }

  /// The path below the root as the kernel takes it: names with slashes between, `.` for the root.
  public String relative() {
    return names.isEmpty() ? "." : String.join("/", names);
  }

  /// The path below the root of `name` within the directory that this path names.
  public String relative(String name) {
    return names.isEmpty() ? name : relative() + "/" + name;
  }

  /// The last name; empty for the root.
  public String lastName() {
    return names.isEmpty() ? "" : names.getLast();
  }

  /// This path as a directory's, encoded for a `Location` field or a link. It begins with exactly
  /// one slash, so it can't be read as `//another.host/`.
  public String encodedDirectory() {
    StringBuilder out = new StringBuilder("/");
    for (String name : names) {
      Percent.encode(name, out);
      out.append('/');
    }
    return out.toString();
  }

  /// For people: `/a/b/`.
  public String display() {
    return names.isEmpty() ? "/" : "/" + String.join("/", names) + "/";
  }

  private static String pathOf(String target) throws Refusal {
    if (target.indexOf('#') >= 0) {
      throw bad("a fragment in the request target");
    }
    String path = target;
    if (target.regionMatches(
        true, 0, "http://", 0, 7)) { // absolute form: legal in every request (RFC 9112, 3.2.2)
      int end = 7;
      while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
        end++;
      }
      path = end < target.length() && target.charAt(end) == '/' ? target.substring(end) : "/";
    } else if (!target.startsWith("/")) {
      throw bad("a request target that is neither a path nor an http URI");
    }
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  private static String decode(String path) throws Refusal {
    ByteBuffer bytes = ByteBuffer.allocate(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        bytes.put((byte) c);
        continue;
      }
      int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
      int low = high >= 0 ? Character.digit(path.charAt(i + 2), 16) : -1;
      if (low < 0) {
        throw bad("a \"%\" without two hexadecimal digits behind it");
      }
      int b = high << 4 | low;
      if (b == '/') {
        throw bad("an encoded slash: no name holds one");
      }
      bytes.put((byte) b);
      i += 2;
    }
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(bytes.flip())
              .toString(); // reports, unlike new String(…)
    } catch (CharacterCodingException e) {
      throw bad("a path that is not UTF-8");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw bad("a control character in the path");
    }
    return text;
  }

  private static Refusal bad(String why) {
    return Refusal.of(Status.BAD_REQUEST, why);
  }
}
