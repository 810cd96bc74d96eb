package ropewalk.linux;

import java.io.IOException;

/// A call that the kernel refused: what was asked, of what, and what came back.
///
/// ```
/// splice(fd=7 pipe, fd=9 socket, length=65536): EAGAIN (11)
/// ```
public class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;
  private final String call;

  /// For errors that have a type of their own besides a number.
  protected LinuxException(int errno, String call, String message) {
    super(message);
    this.errno = errno;
    this.call = call;
  }

  /// An exception for a negative result. The arguments come in pairs of a name and a value; a [Fd]
  /// as value shows its number and its kind.
  public static LinuxException of(long negativeResult, String call, Object... namedArguments) {
    if (negativeResult >= 0 || negativeResult <= -Errno.ERRNO_END) {
      throw new IllegalArgumentException(
          "not a negative errno: result=" + negativeResult + " of " + call);
    }
    int errno = (int) -negativeResult;
    StringBuilder message = new StringBuilder(call).append('(');
    for (int i = 0; i < namedArguments.length; i++) {
      boolean isName = i % 2 == 0 && i + 1 < namedArguments.length;
      message.append(isName && i > 0 ? ", " : "").append(namedArguments[i]);
      message.append(isName ? "=" : "");
    }
    message.append("): ").append(Errno.name(errno)).append(" (").append(errno).append(')');
    return new LinuxException(errno, call, message.toString());
  }

  /// The result itself when it is no error, else the exception of [#of].
  public static long check(long result, String call, Object... namedArguments)
      throws LinuxException {
    if (result < 0) {
      throw of(result, call, namedArguments);
    }
    return result;
  }

  /// The kernel's number, above zero: one of [Errno].
  public int errno() {
    return errno;
  }

  /// The call that was refused, in the kernel's word.
  public String call() {
    return call;
  }
}
