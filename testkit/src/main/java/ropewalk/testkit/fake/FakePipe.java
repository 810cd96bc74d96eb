package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Statx;

/// A pipe: a bounded ring of slots, each a run within one page.
///
/// ```
///   head                                   tail
///    v                                      v
///   [page 7, 100..4096) [page 8, 0..4096) [own page, 0..12)   free  free ...
///     lent by a file      lent by a file    written; the next small write goes on here
/// ```
///
/// As in the kernel, only a page that write(2) filled is appended to, and only when all that is
/// left over a multiple of a page fits into it. So a pipe may be full with one byte in each slot.
final class FakePipe {
  private static final int PAGE = Description.PAGE;

  /// What a pipe has when nobody asked for more.
  private static final int SLOTS = 16;

  /// As /proc/sys/fs/pipe-max-size.
  private static final int SLOTS_MAX = 256;

  /// One slot: `page` up to `end` is filled, up to `start` eaten.
  private static final class Slot {
    final MemorySegment page;
    final boolean own;
    long start;
    long end;

    Slot(MemorySegment page, long end, boolean own) {
      this.page = page;
      this.end = end;
      this.own = own;
    }
  }

  private final Deque<Slot> slots = new ArrayDeque<>();
  private int capacity = SLOTS;
  private boolean readers = true;
  private boolean writers = true;
  final Description source;
  final Description target;

  FakePipe(int flags) {
    source = new Source(flags & Open.O_NONBLOCK);
    target = new Target(flags & Open.O_NONBLOCK);
  }

  /// The pipe that a description is an end of, or null.
  static FakePipe of(Description description) {
    return ((End) description).pipe();
  }

  static boolean isEnd(Description description) {
    return description instanceof End;
  }

  int free() {
    return capacity - slots.size();
  }

  int capacityBytes() {
    return capacity * PAGE;
  }

  /// F_SETPIPE_SZ: up to a power of two of pages.
  int resize(long bytes) {
    if (bytes < 0 || bytes > (long) SLOTS_MAX * PAGE) {
      return -Errno.EPERM;
    }
    long pages = Math.max(1, (bytes + PAGE - 1) / PAGE);
    int wanted = (int) (pages == 1 ? 1 : Long.highestOneBit(pages - 1) << 1);
    if (wanted < slots.size()) {
      return -Errno.EBUSY;
    }
    capacity = wanted;
    return capacityBytes();
  }

  private long write(long address, long length) {
    if (!readers) {
      return -Errno.EPIPE;
    }
    long done = 0;
    long odd = length % PAGE;
    Slot last = slots.peekLast();
    if (odd > 0 && last != null && last.own && last.end + odd <= PAGE) {
      last.page.asSlice(last.end, odd).copyFrom(Memory.segment(address, odd));
      last.end += odd;
      done = odd;
    }
    while (done < length && free() > 0) {
      MemorySegment page = MemorySegment.ofArray(new byte[PAGE]);
      long part = Math.min(PAGE, length - done);
      page.asSlice(0, part).copyFrom(Memory.segment(address + done, part));
      slots.addLast(new Slot(page, part, true));
      done += part;
    }
    return done == 0 ? -Errno.EAGAIN : done;
  }

  private long accept(List<MemorySegment> runs) {
    if (!readers) {
      return -Errno.EPIPE;
    }
    long done = 0;
    for (MemorySegment run : runs) {
      if (free() == 0) {
        break;
      }
      slots.addLast(new Slot(run, run.byteSize(), false));
      done += run.byteSize();
    }
    return done == 0 ? -Errno.EAGAIN : done;
  }

  /// Moves slots to another pipe. A whole one moves as it is, and may be appended to there; of a
  /// part a new slot is made that shares the page.
  long moveTo(FakePipe other, long length) {
    if (!other.readers) {
      return -Errno.EPIPE;
    }
    if (slots.isEmpty()) {
      return source.emptyAnswer();
    }
    long done = 0;
    while (done < length && !slots.isEmpty() && other.free() > 0) {
      Slot slot = slots.getFirst();
      long part = Math.min(length - done, slot.end - slot.start);
      if (part == slot.end - slot.start) {
        other.slots.addLast(slots.removeFirst());
      } else {
        other.slots.addLast(new Slot(slot.page.asSlice(slot.start, part), part, false));
        slot.start += part;
      }
      done += part;
    }
    return done == 0 ? -Errno.EAGAIN : done;
  }

  private List<MemorySegment> peek(long max) {
    List<MemorySegment> runs = new ArrayList<>();
    for (Slot slot : slots) {
      runs.add(slot.page.asSlice(slot.start, slot.end - slot.start));
    }
    return Description.head(runs, max);
  }

  private void consume(long count) {
    long left = count;
    while (left > 0) {
      Slot slot = slots.getFirst();
      long part = Math.min(left, slot.end - slot.start);
      slot.start += part;
      left -= part;
      if (slot.start == slot.end) {
        slots.removeFirst();
      }
    }
  }

  private sealed interface End permits Source, Target {
    FakePipe pipe();
  }

  private final class Source extends Description implements End {
    Source(int flags) {
      super(flags | Open.O_RDONLY);
    }

    @Override
    public FakePipe pipe() {
      return FakePipe.this;
    }

    @Override
    List<MemorySegment> peek(long position, long max) {
      return FakePipe.this.peek(max);
    }

    @Override
    long emptyAnswer() {
      return writers ? -Errno.EAGAIN : 0;
    }

    @Override
    void consume(long count) {
      FakePipe.this.consume(count);
    }

    @Override
    int ready() {
      return (slots.isEmpty() ? 0 : Poll.POLLIN) | (writers ? 0 : Poll.POLLHUP);
    }

    @Override
    void close() {
      readers = false;
      slots.clear();
    }

    @Override
    int type() {
      return Statx.S_IFIFO;
    }

    @Override
    long waiting() {
      return bytes(FakePipe.this.peek(Long.MAX_VALUE));
    }
  }

  private final class Target extends Description implements End {
    Target(int flags) {
      super(flags | Open.O_WRONLY);
    }

    @Override
    public FakePipe pipe() {
      return FakePipe.this;
    }

    @Override
    long accept(long position, List<MemorySegment> runs) {
      return FakePipe.this.accept(runs);
    }

    @Override
    long write(long position, long address, long length) {
      return FakePipe.this.write(address, length);
    }

    @Override
    int ready() {
      return (free() > 0 ? Poll.POLLOUT : 0) | (readers ? 0 : Poll.POLLERR);
    }

    @Override
    void close() {
      writers = false;
    }

    @Override
    int type() {
      return Statx.S_IFIFO;
    }
  }
}
