package ropewalk.http;

/// Judges the bytes of a head one by one, before any parser sees them.
///
/// A lenient reader is a second opinion about where a request ends, and two opinions are what
/// request smuggling lives on (a bare line feed that one hop takes for a line end and the next does
/// not). So this scan has one opinion, the grammar of RFC 9112, and refuses the rest:
///
/// ```
///   method SP target SP HTTP/d.d CR LF        token, visible ASCII
///   name ":" value CR LF                      token without a blank before the colon; no control but HT in the value
///   ...                                       no line begins with a blank (obsolete folding)
///   CR LF
/// ```
///
/// ```
///   START --method byte--> METHOD --SP--> TARGET --SP--> VERSION --CR--> LINE_END
///   LINE_END --LF--> LINE_START --CR--> HEAD_END --LF--> done
///   LINE_START --token--> NAME --:--> VALUE --CR--> LINE_END
/// ```
final class HeadScan {
  /// The first byte of a TLS record that carries a ClientHello: somebody says https to an http
  /// port.
  private static final int TLS_HANDSHAKE = 0x16;

  private static final String VERSION_SHAPE = "HTTP/d.d";

  private enum At {
    START,
    START_CR,
    METHOD,
    TARGET,
    VERSION,
    LINE_END,
    LINE_START,
    NAME,
    VALUE,
    HEAD_END
  }

  private final HeadLimits limits;
  private At at = At.START;
  private int seen;
  private int targetLength;
  private int versionLength;
  private int fieldCount;

  HeadScan(HeadLimits limits) {
    this.limits = limits;
  }

  /// Whether anything of a head has come; empty lines before it do not count.
  boolean hasBegun() {
    return at != At.START && at != At.START_CR;
  }

  /// Looks at the next byte. Answers true when it was the last one of the head.
  boolean take(int b) throws Refusal {
    if (++seen > limits.head()) {
      throw at == At.TARGET
          ? Refusal.ending(
              Status.URI_TOO_LONG,
              "the request target does not fit into " + limits.head() + " bytes")
          : Refusal.ending(
              Status.FIELDS_TOO_LARGE,
              "the request head is longer than " + limits.head() + " bytes");
    }
    switch (at) {
      case START -> start(b);
      case START_CR -> at = expectLineFeed(b, At.START);
      case METHOD -> method(b);
      case TARGET -> target(b);
      case VERSION -> version(b);
      case LINE_END -> at = expectLineFeed(b, At.LINE_START);
      case LINE_START -> lineStart(b);
      case NAME -> name(b);
      case VALUE -> value(b);
      case HEAD_END -> {
        expectLineFeed(b, At.HEAD_END);
        return true;
      }
    }
    return false;
  }

  /// Empty lines before a request are skipped (RFC 9112, section 2.2: some clients send one behind
  /// a body); they count against the limit like everything else.
  private void start(int b) throws Refusal {
    if (b == '\r') {
      at = At.START_CR;
    } else if (b == TLS_HANDSHAKE) {
      throw bad("this port speaks plain HTTP and the peer began a TLS handshake");
    } else if (isToken(b)) {
      at = At.METHOD;
    } else {
      throw bad("a request begins with a method, not with byte " + show(b));
    }
  }

  private void method(int b) throws Refusal {
    if (b == ' ') {
      at = At.TARGET;
    } else if (!isToken(b)) {
      throw bad("byte " + show(b) + " in the method");
    }
  }

  private void target(int b) throws Refusal {
    if (b == ' ' && targetLength > 0) {
      at = At.VERSION;
    } else if (b <= ' ' || b >= 0x7f) {
      throw bad("byte " + show(b) + " in the request target, which is visible ASCII");
    } else if (++targetLength > limits.target()) {
      throw Refusal.ending(
          Status.URI_TOO_LONG, "the request target is longer than " + limits.target() + " bytes");
    }
  }

  private void version(int b) throws Refusal {
    if (versionLength == VERSION_SHAPE.length()) {
      if (b != '\r') {
        throw bad("byte " + show(b) + " behind the version");
      }
      at = At.LINE_END;
      return;
    }
    char shape = VERSION_SHAPE.charAt(versionLength++);
    if (shape == 'd' ? b < '0' || b > '9' : b != shape) {
      throw bad("the request line does not end with " + VERSION_SHAPE);
    }
  }

  private void lineStart(int b) throws Refusal {
    if (b == '\r') {
      at = At.HEAD_END;
      return;
    }
    if (b == ' ' || b == '\t') {
      throw bad("a folded field line");
    }
    if (++fieldCount > limits.fields()) {
      throw Refusal.ending(
          Status.FIELDS_TOO_LARGE, "more than " + limits.fields() + " field lines");
    }
    if (!isToken(b)) {
      throw bad("byte " + show(b) + " at the start of a field line");
    }
    at = At.NAME;
  }

  private void name(int b) throws Refusal {
    if (b == ':') {
      at = At.VALUE;
    } else if (!isToken(b)) {
      throw bad("byte " + show(b) + " in a field name");
    }
  }

  private void value(int b) throws Refusal {
    if (b == '\r') {
      at = At.LINE_END;
    } else if ((b < ' ' && b != '\t') || b == 0x7f) {
      throw bad("byte " + show(b) + " in a field value");
    }
  }

  private static At expectLineFeed(int b, At next) throws Refusal {
    if (b != '\n') {
      throw bad("a carriage return without its line feed");
    }
    return next;
  }

  private static Refusal bad(String why) {
    return Refusal.ending(Status.BAD_REQUEST, why);
  }

  private static String show(int b) {
    return String.format("0x%02x", b);
  }

  /// RFC 9110, section 5.6.2: what names are made of.
  static boolean isToken(int b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || (b > ' ' && b < 0x7f && "!#$%&'*+-.^_`|~".indexOf(b) >= 0);
  }
}
