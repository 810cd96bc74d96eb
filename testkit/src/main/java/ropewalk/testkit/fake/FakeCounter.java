package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;

/// An eventfd: a sum that a read takes away whole.
final class FakeCounter extends Description {
  private static final long FULL = -2; // the largest unsigned value but one

  private final boolean semaphore;
  private long value;

  FakeCounter(int initial, boolean semaphore, int flags) {
    super(flags | Open.O_RDWR);
    this.value = Integer.toUnsignedLong(initial);
    this.semaphore = semaphore;
  }

  @Override
  List<MemorySegment> peek(long position, long max) {
    if (value == 0 || max < Long.BYTES) {
      return List.of();
    }
    MemorySegment answer = MemorySegment.ofArray(new byte[Long.BYTES]);
    answer.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, semaphore ? 1 : value);
    return List.of(answer);
  }

  @Override
  long emptyAnswer() {
    return value == 0 ? -Errno.EAGAIN : -Errno.EINVAL;
  }

  @Override
  void consume(long count) {
    value = semaphore ? value - 1 : 0;
  }

  @Override
  long write(long position, long address, long length) {
    if (length < Long.BYTES) {
      return -Errno.EINVAL;
    }
    long more = Memory.ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    if (more == -1) {
      return -Errno.EINVAL;
    }
    if (Long.compareUnsigned(more, FULL - value) > 0) {
      return -Errno.EAGAIN;
    }
    value += more;
    return Long.BYTES;
  }

  @Override
  int ready() {
    return (value == 0 ? 0 : Poll.POLLIN) | (value == FULL ? 0 : Poll.POLLOUT);
  }

  @Override
  int type() {
    return 0;
  }
}
