package ropewalk.engine;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Syscalls;

/// The [Interest] of each descriptor number: an array, since the kernel always hands out the lowest
/// number that is free.
///
/// | access to | by | order |
/// |---|---|---|
/// | `table` | grown under the monitor | volatile |
/// | a cell | written once, under the monitor | volatile; an interest, once there, stays |
final class Interests implements AutoCloseable {
  /// Enough for a small program; doubled as numbers come.
  private static final int CELLS_AT_FIRST = 64;

  private final Syscalls syscalls;
  private final Gate gate;
  private final int epoll;
  private volatile AtomicReferenceArray<@Nullable Interest> table =
      new AtomicReferenceArray<>(CELLS_AT_FIRST);

  Interests(Syscalls syscalls, Gate gate, int epoll) {
    this.syscalls = syscalls;
    this.gate = gate;
    this.epoll = epoll;
  }

  Interest at(int number) {
    Interest interest = find(number);
    return interest != null ? interest : create(number);
  }

  @Nullable Interest find(int number) {
    AtomicReferenceArray<@Nullable Interest> cells = table;
    return number < cells.length() ? cells.get(number) : null;
  }

  synchronized void wakeAll() {
    AtomicReferenceArray<@Nullable Interest> cells = table;
    for (int i = 0; i < cells.length(); i++) {
      Interest interest = cells.get(i);
      if (interest != null) {
        interest.wake();
      }
    }
  }

  @Override
  public synchronized void close() {
    AtomicReferenceArray<@Nullable Interest> cells = table;
    for (int i = 0; i < cells.length(); i++) {
      Interest interest = cells.getAndSet(i, null);
      if (interest != null) {
        interest.close();
      }
    }
  }

  private synchronized Interest create(int number) {
    Interest interest = find(number);
    if (interest != null) {
      return interest;
    }
    AtomicReferenceArray<@Nullable Interest> cells = table;
    if (number >= cells.length()) {
      AtomicReferenceArray<@Nullable Interest> more =
          new AtomicReferenceArray<>(Math.max(number + 1, 2 * cells.length()));
      for (int i = 0; i < cells.length(); i++) {
        more.setPlain(i, cells.get(i));
      }
      cells = more;
    }
    interest = new Interest(syscalls, gate, epoll, number);
    cells.set(number, interest);
    table = cells;
    return interest;
  }
}
