package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/// What poll waits on: `struct pollfd[]`.
///
/// ```
///   0          4       6       8          12      14      16
///   +----------+-------+-------+----------+-------+-------+---
///   |   fd 0   |events |revents|   fd 1   |events |revents| ...
///   +----------+-------+-------+----------+-------+-------+---
/// ```
public final class PollFd {
  /// Bytes of one entry.
  public static final int SIZE = 8;

  /// Offset of the descriptor; a negative one is passed over.
  public static final int FD = 0;

  /// Offset of the events asked for (16 bits).
  public static final int EVENTS = 4;

  /// Offset of the events that happened (16 bits).
  public static final int REVENTS = 6;

  private PollFd() {}

  /// Sets entry `index` to wait for `events` of [Poll] on `fd`.
  public static void set(long fds, int index, int fd, int events) {
    long entry = fds + (long) index * SIZE;
    Memory.ALL.set(JAVA_INT, entry + FD, fd);
    Memory.ALL.set(JAVA_SHORT, entry + EVENTS, (short) events);
    Memory.ALL.set(JAVA_SHORT, entry + REVENTS, (short) 0);
  }

  /// The descriptor of entry `index`.
  public static int fd(long fds, int index) {
    return Memory.ALL.get(JAVA_INT, fds + (long) index * SIZE + FD);
  }

  /// What happened on entry `index`.
  public static int revents(long fds, int index) {
    return Short.toUnsignedInt(Memory.ALL.get(JAVA_SHORT, fds + (long) index * SIZE + REVENTS));
  }
}
