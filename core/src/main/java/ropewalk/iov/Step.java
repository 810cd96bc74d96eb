package ropewalk.iov;

import java.lang.foreign.MemorySegment;

/// What a walk does with each contiguous run of memory.
@FunctionalInterface
public interface Step {

  /// Works on `length` bytes of `run` from `start` on; `done` bytes of the walk came before them.
  /// Answers how many of the `length` it did *not* do; anything above zero ends the walk there.
  long step(MemorySegment run, long start, long done, long length);
}
