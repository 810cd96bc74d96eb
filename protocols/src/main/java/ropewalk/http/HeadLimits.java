package ropewalk.http;

/// How much head a stranger may send before we stop listening. Every limit is in bytes, `fields` is
/// a count.
///
/// @param head all bytes up to and with the empty line; beyond it the answer is 431
/// @param target the request target alone; beyond it the answer is 414
/// @param fields how many field lines; beyond it the answer is 431
public record HeadLimits(int head, int target, int fields) {

  /// 16 KiB of head as most servers allow (nginx: 4 times 8 KiB, Tomcat and Jetty: 8 KiB), 8 KiB of
  /// target as RFC 9112 (section 3) recommends to support at least, 100 fields as httpd has it.
  public static final HeadLimits USUAL = new HeadLimits(16 * 1024, 8 * 1024, 100);

  /// The smallest head that a request for a short path from an ordinary client needs.
  public static final int HEAD_MIN = 256;

  public HeadLimits {
    if (head < HEAD_MIN || target < 1 || fields < 1) {
      throw new IllegalArgumentException(
          "limits must be at least head="
              + HEAD_MIN
              + ", target=1, fields=1: head="
              + head
              + ", target="
              + target
              + ", fields="
              + fields);
    }
  }

  /// The usual limits for a head of at most `head` bytes.
  public static HeadLimits ofHead(int head) {
    return new HeadLimits(head, Math.min(USUAL.target, head), USUAL.fields);
  }
}
