package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Statx;

/// What a descriptor stands for. Several descriptors may share one (dup), and with it the flags and
/// the position.
///
/// Bytes leave by [#peek], a look at what is there by reference, and [#consume]; they enter by
/// [#accept], which takes runs by reference where the target can keep them, else copies. Answers
/// below zero are -errno; -EAGAIN means "not now", and the caller decides whether to wait.
///
/// ```
///   read    = peek, copy to memory, consume        write  = copy from memory, accept
///   splice  = peek, accept elsewhere, consume      tee    = peek, accept elsewhere
/// ```
abstract class Description {
  static final int PAGE = 4096;

  /// What peek and accept take as "your own position".
  static final long HERE = -1;

  int flags;
  int holders;

  Description(int flags) {
    this.flags = flags;
  }

  boolean nonblocking() {
    return (flags & Open.O_NONBLOCK) != 0;
  }

  boolean canRead() {
    return (flags & Open.O_ACCMODE) != Open.O_WRONLY;
  }

  boolean canWrite() {
    return (flags & Open.O_ACCMODE) != Open.O_RDONLY;
  }

  /// True for what has positions.
  boolean seekable() {
    return false;
  }

  /// What is there from `position` on, at most `max` bytes, by reference.
  List<MemorySegment> peek(long position, long max) {
    return List.of();
  }

  /// What a read answers when there is nothing: 0 at the end, -EAGAIN, or an error.
  long emptyAnswer() {
    return -Errno.EINVAL;
  }

  /// Takes `count` bytes away from the front.
  void consume(long count) {}

  /// Takes runs, whole or in part; answers how many bytes, or -errno when none.
  long accept(long position, List<MemorySegment> runs) {
    return -Errno.EINVAL;
  }

  /// Copies from memory; the same answers. A target that packs small writes together overrides it.
  long write(long position, long address, long length) {
    List<MemorySegment> runs = new ArrayList<>();
    for (long done = 0; done < length; done += PAGE) {
      long part = Math.min(PAGE, length - done);
      runs.add(copyOf(Memory.segment(address + done, part)));
    }
    return accept(position, runs);
  }

  /// The `POLL*` conditions that hold now.
  abstract int ready();

  /// The last holder has gone.
  void close() {}

  /// The `S_IF*` word for statx.
  int type() {
    return Statx.S_IFSOCK;
  }

  /// Bytes waiting to be read, for FIONREAD.
  long waiting() {
    return 0;
  }

  static MemorySegment copyOf(MemorySegment run) {
    MemorySegment page = MemorySegment.ofArray(new byte[PAGE]).asSlice(0, run.byteSize());
    return page.copyFrom(run);
  }

  static long bytes(List<MemorySegment> runs) {
    return runs.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /// The first `count` bytes of `runs`.
  static List<MemorySegment> head(List<MemorySegment> runs, long count) {
    List<MemorySegment> head = new ArrayList<>();
    long left = count;
    for (MemorySegment run : runs) {
      if (left <= 0) {
        break;
      }
      long part = Math.min(left, run.byteSize());
      head.add(run.asSlice(0, part));
      left -= part;
    }
    return head;
  }
}
