package ropewalk.app.cli;

import java.lang.foreign.ValueLayout;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;

/// Whether standard error or output is a terminal, and how wide.
final class Terminal {
  /// Asks a terminal for `struct winsize`: rows, columns, and two that nobody fills.
  private static final long TIOCGWINSZ = 0x5413;

  private static final int WINSIZE_BYTES = 8;
  private static final int COLUMNS = 2;
  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  /// What a terminal that doesn't know its width is taken for.
  private static final int COLUMNS_USUAL = 80;

  private Terminal() {}

  /// Whether standard output is a terminal.
  static boolean isShown() {
    return columns(STANDARD_OUTPUT) > 0;
  }

  /// Columns of the terminal at standard error, or 0 if it is none.
  static int columns() {
    return columns(STANDARD_ERROR);
  }

  private static int columns(int descriptor) {
    try (Scratch size = new Scratch(WINSIZE_BYTES)) {
      if (HostSyscalls.host().ioctl(descriptor, TIOCGWINSZ, size.address()) < 0) {
        return 0;
      }
      int columns = size.segment().get(ValueLayout.JAVA_SHORT, COLUMNS) & 0xffff;
      return columns == 0 ? COLUMNS_USUAL : columns;
    }
  }
}
