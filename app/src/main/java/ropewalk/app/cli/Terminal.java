package ropewalk.app.cli;

import java.lang.foreign.ValueLayout;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;

/// Whether standard error is a terminal, and how wide.
final class Terminal {
  /// Asks a terminal for `struct winsize`: rows, columns, and two that nobody fills.
  private static final long TIOCGWINSZ = 0x5413;

  private static final int WINSIZE_BYTES = 8;
  private static final int COLUMNS = 2;
  private static final int STANDARD_ERROR = 2;

  /// What a terminal that doesn't know its width is taken for.
  private static final int COLUMNS_USUAL = 80;

  private Terminal() {}

  /// Columns of the terminal at standard error, or 0 if it is none.
  static int columns() {
    try (Scratch size = new Scratch(WINSIZE_BYTES)) {
      if (HostSyscalls.host().ioctl(STANDARD_ERROR, TIOCGWINSZ, size.address()) < 0) {
        return 0;
      }
      int columns = size.segment().get(ValueLayout.JAVA_SHORT, COLUMNS) & 0xffff;
      return columns == 0 ? COLUMNS_USUAL : columns;
    }
  }
}
