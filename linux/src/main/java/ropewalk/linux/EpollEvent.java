package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/// What epoll tells: `struct epoll_event[]`, with 64 bits of the caller's own.
///
/// ```
///   x86-64    0        4                12          aarch64   0        4       8                16
///             +--------+----------------+                     +--------+-------+----------------+
///             | events |      data      |                     | events |       |      data      |
///             +--------+----------------+                     +--------+-------+----------------+
/// ```
public final class EpollEvent {
  /// Bytes of one entry: 12 on x86-64, 16 on aarch64.
  public static final int SIZE = Abi.EPOLL_EVENT_SIZE;

  /// Offset of the events (32 bits).
  public static final int EVENTS = 0;

  /// Offset of the caller's 64 bits; on x86-64 they are not aligned.
  public static final int DATA = Abi.EPOLL_EVENT_DATA;

  private EpollEvent() {}

  /// Sets entry `index`.
  public static void set(long events, int index, int eventSet, long data) {
    long entry = events + (long) index * SIZE;
    Memory.ALL.set(JAVA_INT, entry + EVENTS, eventSet);
    Memory.ALL.set(JAVA_LONG_UNALIGNED, entry + DATA, data);
  }

  /// The events of entry `index`.
  public static int events(long events, int index) {
    return Memory.ALL.get(JAVA_INT, events + (long) index * SIZE + EVENTS);
  }

  /// The caller's 64 bits of entry `index`.
  public static long data(long events, int index) {
    return Memory.ALL.get(JAVA_LONG_UNALIGNED, events + (long) index * SIZE + DATA);
  }
}
