package ropewalk.http;

/// Decimal numbers as HTTP writes them: digits only, any count of them. The usual parsers take
/// signs and other scripts' digits, and throw where a number is merely large.
final class Digits {
  private Digits() {}

  /// Whether `text` is one ASCII digit or more.
  static boolean areDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /// The number, or [Long#MAX_VALUE] if it is larger: no file is, so the difference can't matter.
  static long saturated(String digits) {
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (number > (Long.MAX_VALUE - digit) / 10) {
        return Long.MAX_VALUE;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
