package ropewalk.net;

/// What peers say of bytes that came, in one line: their number and their sum (FNV-1a, 64 bits).
/// Apart from [Peer], so that a peer's process needs nothing of the tests.
final class PeerWords {
  private static final long SUM_START = 0xcbf29ce484222325L;
  static final long SUM_FACTOR = 0x100000001b3L;

  private PeerWords() {}

  static long sum(byte[] bytes) {
    long sum = SUM_START;
    for (byte one : bytes) {
      sum = (sum ^ (one & 0xff)) * SUM_FACTOR;
    }
    return sum;
  }

  /// The line that a peer says of a message, or a whole stream, of these bytes.
  static String got(byte[] bytes) {
    return "got " + bytes.length + " " + Long.toHexString(sum(bytes));
  }
}
