package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import ropewalk.linux.Abi;
import ropewalk.linux.Iovec;

/// What can be said of the runs ahead of an iterator that stays where it is: each method walks from
/// run to run and goes back by what it walked.
final class Looks {

  /// What memory on the heap counts as: it has no address that stays.
  private static final long ODD = 1;

  private Looks() {}

  /// See [IovIter#alignment]; bytes remain.
  static long alignment(IovIter iter) {
    switch (iter) {
      case DiscardIter _ -> {
        return 0;
      }
      case PipeTargetIter target -> {
        return target.tail() | iter.count();
      }
      case XarrayIter index -> {
        return index.index() | iter.count();
      }
      case FolioqIter _ -> {
        return iter.ready() ? within(iter.at) | iter.count() : iter.count();
      }
      default -> {}
    }
    long bits = 0;
    long seen = 0;
    while (seen < iter.count() && iter.ready()) {
      long length = Math.min(iter.left, iter.count() - seen);
      bits |= address(iter) | length;
      iter.pass(length);
      seen += length;
    }
    iter.backward(seen);
    return bits;
  }

  /// See [IovIter#gapAlignment]; bytes remain.
  static long gapAlignment(IovIter iter) {
    if (iter instanceof PipeTargetIter || iter instanceof DiscardIter) {
      return 0;
    }
    long bits = 0;
    long seen = 0;
    long end = 0;
    while (seen < iter.count() && iter.ready()) {
      long length = Math.min(iter.left, iter.count() - seen);
      long start = address(iter);
      if (seen > 0) {
        bits |= start | end;
      }
      end = start + length;
      iter.pass(length);
      seen += length;
    }
    iter.backward(seen);
    return bits;
  }

  /// See [IovIter#pages]; bytes remain.
  static int pages(IovIter iter, int max) {
    long pages = 0;
    long seen = 0;
    while (pages < max && seen < iter.count() && iter.ready()) {
      long length = Math.min(iter.left, iter.count() - seen);
      if (!isNowhere(iter.memory)) {
        pages += touched(iter.memory.isNative() ? iter.memory.address() + iter.at : 0, length);
      }
      iter.pass(length);
      seen += length;
    }
    iter.backward(seen);
    return (int) Math.min(pages, max);
  }

  /// How many of the next `wanted` bytes are there, up to the first that isn't.
  static long reachable(IovIter iter, long wanted) {
    if (iter instanceof PipeTargetIter target) {
      return Math.min(wanted, target.room());
    }
    long seen = 0;
    while (seen < wanted && iter.ready() && isReachable(iter.memory)) {
      long length = Math.min(iter.left, wanted - seen);
      iter.pass(length);
      seen += length;
    }
    iter.backward(seen);
    return seen;
  }

  /// See [IovIter#gather].
  static int gather(IovIter iter, long iov, int entriesMax, long bytesMax) {
    IovIter.demandNatural("gather", bytesMax);
    long wanted = Math.min(iter.count(), bytesMax);
    long seen = 0;
    int entries = 0;
    try {
      while (entries < entriesMax && seen < wanted && iter.ready()) {
        demandOurs(iter.leaf().shape());
        long length = Math.min(iter.left, wanted - seen);
        Iovec.set(iov, entries++, iter.at, length);
        iter.pass(length);
        seen += length;
      }
    } finally {
      iter.backward(seen);
    }
    return entries;
  }

  /// Whether this thread may touch the next byte now.
  static boolean isThere(IovIter iter) {
    return iter.ready() && isReachable(iter.memory);
  }

  /// Whether a run, which has bytes, has no memory for them: a target that only counts.
  static boolean isNowhere(MemorySegment memory) {
    return memory.byteSize() == 0;
  }

  /// Whether this thread may touch `memory` now.
  static boolean isReachable(MemorySegment memory) {
    return memory.scope().isAlive() && memory.isAccessibleBy(Thread.currentThread());
  }

  /// How many pages `length` bytes at `address` touch.
  static long touched(long address, long length) {
    int page = Abi.pageSize();
    return (within(address) + length + page - 1) / page;
  }

  /// Where in its page an address lies.
  static long within(long address) {
    return address & (Abi.pageSize() - 1L);
  }

  /// The address of the position, as far as its alignment goes.
  private static long address(IovIter iter) {
    return switch (iter.leaf().shape()) {
      case UBUF, IOVEC, KVEC -> iter.memory.isNative() ? iter.memory.address() + iter.at : ODD;
      case DISCARD -> 0;
      default -> within(iter.at);
    };
  }

  private static void demandOurs(Shape shape) {
    if (shape == Shape.UBUF || shape == Shape.IOVEC || shape == Shape.DISCARD) {
      throw new IllegalStateException("no address of a " + shape + " gets into an iovec array");
    }
  }
}
