package ropewalk.iov;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ropewalk.page.FragCache;
import ropewalk.page.PageRef;

/// Caller memory that becomes a piece of a page: the second half of the fragment allocator (seed 1,
/// `memdup`; contract 1.8).
///
/// The caller's memory can't be attached to anything that outlives the call, so a header built in a
/// heap array or an arena is copied into a [FragCache]'s piece, counted, and from then on travels
/// by reference. It stands here and not beside the allocator because here bytes may be copied
/// (invariant 7).
public final class Fragments {

  private Fragments() {}

  /// *Gives* a frozen piece with a copy of `source`, 1 to [FragCache#max] bytes, counted in
  /// `tally`. Waits for memory as [FragCache#alloc] does; whatever goes wrong, no piece is left
  /// behind.
  public static PageRef memdup(FragCache cache, MemorySegment source, Tally tally)
      throws IOException {
    PageRef piece = cache.alloc(pieceLength(cache, source.byteSize()));
    boolean done = false;
    try {
      Copy.bytes(source, 0, piece.target(), 0, source.byteSize(), tally);
      piece.publish(piece.length());
      done = true;
      return piece;
    } finally {
      if (!done) {
        piece.close();
      }
    }
  }

  /// *Gives* one frozen piece with a copy of `parts`, one behind the other: as [#memdup(FragCache,
  /// MemorySegment, Tally)] of their sum. Empty parts are allowed.
  public static PageRef memdup(FragCache cache, Tally tally, MemorySegment... parts)
      throws IOException {
    long length = 0;
    for (MemorySegment part : parts) {
      length = Math.addExact(length, part.byteSize());
    }
    PageRef piece = cache.alloc(pieceLength(cache, length));
    boolean done = false;
    try {
      MemorySegment target = piece.target();
      long at = 0;
      for (MemorySegment part : parts) {
        Copy.bytes(part, 0, target, at, part.byteSize(), tally);
        at += part.byteSize();
      }
      piece.publish(piece.length());
      done = true;
      return piece;
    } finally {
      if (!done) {
        piece.close();
      }
    }
  }

  private static int pieceLength(FragCache cache, long length) {
    if (length < 1 || length > cache.max()) {
      throw new IllegalArgumentException(
          "memdup of %d bytes: a piece has between 1 and %d".formatted(length, cache.max()));
    }
    return (int) length;
  }
}
