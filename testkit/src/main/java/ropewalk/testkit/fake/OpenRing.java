package ropewalk.testkit.fake;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import ropewalk.linux.Memory;
import ropewalk.linux.Syscalls;

/// One ring of a [FakeRing]: its queues, what it knows, and what is under way in it. Guarded by the
/// double's lock.
final class OpenRing {
  /// A completion that found no room.
  private record Kept(long data, int result, int flags) {}

  final RingMemory memory;
  final RingTables tables;

  /// Requests that are not done yet.
  final List<RingEntry> held = new ArrayList<>();

  /// Numbers of sends that are answered and whose pages are kept.
  final Deque<Long> lent = new ArrayDeque<>();

  private final Syscalls below;
  private final Deque<Kept> backlog = new ArrayDeque<>();

  OpenRing(Syscalls below, RingMemory memory) {
    this.below = below;
    this.memory = memory;
    this.tables = new RingTables(below);
  }

  /// Posts a completion, or keeps it where there is no room, and rings.
  void put(long data, int result, int flags) {
    if (!backlog.isEmpty() || !memory.post(data, result, flags)) {
      backlog.add(new Kept(data, result, flags));
      memory.tellOverflow(true);
    }
    if (tables.eventfd() >= 0 && memory.mayRing()) {
      try (Arena arena = Arena.ofConfined()) {
        long one = arena.allocateFrom(JAVA_LONG, 1L).address();
        below.write(tables.eventfd(), one, Long.BYTES);
      }
    }
  }

  /// Posts what was kept, as far as there is room.
  void drainBacklog() {
    Kept oldest = backlog.peek();
    while (oldest != null && memory.post(oldest.data, oldest.result, oldest.flags)) {
      backlog.remove();
      oldest = backlog.peek();
    }
    memory.tellOverflow(oldest != null);
  }

  /// How long an enter with this extended argument waits.
  static long nanos(long argument) {
    long timespec = Memory.ALL.get(JAVA_LONG, argument + 16);
    return Memory.ALL.get(JAVA_LONG, timespec) * 1_000_000_000L
        + Memory.ALL.get(JAVA_LONG, timespec + Long.BYTES);
  }
}
