package ropewalk.linux;

/// One thing a probe found out about this machine: for people, and for programs.
///
/// @param name what was asked: one of the names in [Kernel]
/// @param value `yes`, `no`, `unknown`, or a number or version
/// @param detail what the answer means, or what came back
/// @param remedy how to get it, or what to do about it; empty when there is nothing to do
public record Fact(String name, String value, String detail, String remedy) {
  static final String YES = "yes";
  static final String NO = "no";
  static final String UNKNOWN = "unknown";

  static Fact yes(String name, String detail) {
    return new Fact(name, YES, detail, "");
  }

  static Fact no(String name, String detail, String remedy) {
    return new Fact(name, NO, detail, remedy);
  }

  static Fact unknown(String name, String detail) {
    return new Fact(name, UNKNOWN, detail, "");
  }

  static Fact number(String name, long value, String detail, String remedy) {
    return new Fact(name, Long.toString(value), detail, remedy);
  }

  /// Yes when the result is none of the kernel's errors, else no with its name.
  static Fact of(String name, long result, String call, String detail, String remedy) {
    return result >= 0 ? yes(name, detail) : no(name, call + ": " + Errno.name(result), remedy);
  }

  /// Whether the answer is a plain yes.
  public boolean isYes() {
    return value.equals(YES);
  }

  /// Whether the answer is a plain no.
  public boolean isNo() {
    return value.equals(NO);
  }

  /// `io_uring: no (io_uring_setup: EPERM); ...`
  @Override
  public String toString() {
    return name
        + ": "
        + value
        + (detail.isEmpty() ? "" : " (" + detail + ")")
        + (remedy.isEmpty() ? "" : "; " + remedy);
  }
}
