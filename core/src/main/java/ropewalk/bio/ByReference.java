package ropewalk.bio;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Direction;
import ropewalk.iov.Extraction;
import ropewalk.iov.IovIter;
import ropewalk.iov.Shape;
import ropewalk.page.Folio;

/// A step of a [Dio] whose pages go to the disk, or come from there, as they are.
///
/// ```
///   gather   |=========== one bio ============|     the iterator has moved on by it
///   front    |= limit =|= limit =|= the rest =|     clones, then the bio itself
///   came         ok       short
///   settle   |== gone ====|<---- revert ----->|     pages go back, the iterator too
/// ```
///
/// One for each [Dio], used again and again.
final class ByReference {

  /// The most of one gathering: what is split into I/Os afterwards.
  private static final long GATHER_MAX = 4 << 20;

  /// The most of the caller's memory that is copied at once.
  private static final long COPY_MAX = 1 << 20;

  private final Alignment alignment;
  private final BioLimits limits;
  private final BioQueue queue;
  private final BioPool bios;
  private final Extraction batch;
  private final BioBuilder builder;

  private int block;

  /// What was gathered and is not yet with the kernel.
  private @Nullable Bio gathered;

  private long bytes;

  /// Of these, what went or came.
  private long gone;

  ByReference(
      Alignment alignment, BioLimits limits, BioQueue queue, BioPool bios, Extraction batch) {
    this.alignment = alignment;
    this.limits = limits;
    this.queue = queue;
    this.bios = bios;
    this.batch = batch;
    builder = new BioBuilder(alignment, limits.segmentsMax());
  }

  /// Gathers the next bytes of `iter`, for `offset` of the file, at most `room`; answers how many,
  /// 0 if they can't go so. `isLast` if none follow them.
  long gather(IovIter iter, long offset, long room, boolean isLast, int block) throws IOException {
    this.block = block;
    gone = 0;
    bytes = 0;
    boolean mayFit = Alignment.isMultiple(offset, block) && room >= block;
    if (!mayFit || iter.shape() == Shape.DISCARD) {
      return 0;
    }
    boolean isCallers = iter.shape() == Shape.UBUF || iter.shape() == Shape.IOVEC;
    if (isCallers && isLast && room <= COPY_MAX && !Alignment.isMultiple(room, block)) {
      return 0; // it is copied either way, and in blocks the last one needs no I/O of its own
    }
    Bio bio = bios.take(iter.direction(), offset);
    try {
      long before = builder.merged();
      bytes = builder.gather(bio, iter, batch, Math.min(room, isCallers ? COPY_MAX : GATHER_MAX));
      queue.merged(builder.merged() - before);
    } finally {
      if (bytes == 0) {
        bio.complete();
      }
    }
    gathered = bytes == 0 ? null : bio;
    return bytes;
  }

  /// *Gives* as much of what was gathered as one I/O may have.
  Bio front() {
    Bio whole = gathered;
    if (whole == null) {
      throw new IllegalStateException("nothing was gathered, at " + alignment);
    }
    long n = limits.room(whole.offset(), whole.bytes(), block);
    if (n < whole.bytes()) {
      queue.split();
      return whole.split(n);
    }
    return whole;
  }

  /// `bio` is with the kernel no longer.
  void landed(Bio bio) {
    if (bio == gathered) {
      gathered = null;
    }
  }

  /// `n` more bytes went or came; true if that was the last I/O.
  boolean came(long n) {
    gone += n;
    return gathered == null;
  }

  /// What was gathered is over, as far as it got: bytes for the caller's memory go there, pages go
  /// back, and the iterator to behind the last byte. Answers how many bytes that were.
  long settle(IovIter iter) {
    Bio rest = gathered;
    gathered = null;
    if (rest != null) {
      rest.complete();
    }
    long settled = 0;
    try {
      if (iter.direction() == Direction.TARGET) {
        batch.settle(gone);
        dirtyBatch(iter, gone);
      }
      settled = gone;
    } finally {
      batch.release();
      iter.revert(bytes - settled);
    }
    return settled;
  }

  /// Pages of an index belong to another file than the one that was read: they are newer than that
  /// (contract 4.4).
  private void dirtyBatch(IovIter iter, long n) {
    if (iter.shape() == Shape.XARRAY) {
      long seen = 0;
      for (int i = 0; i < batch.size() && seen < n; i++) {
        Folio folio = batch.folio(i);
        if (folio != null) {
          folio.markDirty();
        }
        seen += batch.length(i);
      }
    }
  }

  /// The same for `n` bytes that were copied into `iter`, just before its position.
  void dirty(IovIter iter, long n) {
    if (iter.shape() != Shape.XARRAY || n == 0) {
      return;
    }
    iter.revert(n);
    for (long seen = 0; seen < n; ) {
      try {
        long got = iter.extract(batch, n - seen);
        dirtyBatch(iter, got);
        seen += got;
      } catch (IOException e) {
        throw new IllegalStateException("pages that were filled are gone: " + iter, e);
      } finally {
        batch.release();
      }
    }
  }

  /// Drops what is left of an extraction.
  void release() {
    batch.release();
  }
}
