package ropewalk.bio;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Direction;
import ropewalk.iov.Extraction;
import ropewalk.iov.IovIter;
import ropewalk.page.Cleanup;
import ropewalk.page.Folio;

/// Makes a [Bio] out of the next bytes of an iterator of any shape: many small ranges in, few large
/// ones out.
///
/// ```
///   extracted    |..part..|.part.|.....part.....|..        each kept by the extraction
///   current                      |<- grows ---->|          same folio, adjoining: one range
///   bio          |== segment ====|                         what was sent
///                |<----- whole blocks ------>|<->| trim: back to the iterator
/// ```
///
/// **Pins** (contract 4.1). The extraction has its own on the caller's pages. The *current* range
/// takes one when it begins and drops it when it is sent; [Bio#add] takes the bio's. Whether pages
/// come pinned is asked once, before the iterator moves: then the current range adds a pin to a
/// pinned folio, else it takes a first one, which a folio may refuse. On every way out the
/// current's pin is dropped, and the bio's if it came to nothing.
///
/// **Whole blocks.** A segment begins at the file's memory alignment and is whole blocks long; what
/// doesn't fit ends the bio, and the iterator goes back to there: by exactly the trim, and only if
/// there is one (contract R-62). An answer of 0 means that the next bytes can't go by reference.
///
/// Reused for one bio after the other; nothing is allocated.
public final class BioBuilder {

  private final Alignment alignment;
  private final int segmentsMax;

  private @Nullable Folio folio;
  private long address;
  private long length;

  /// Whether the current range has a pin, which it hasn't on zeros and what is no folio.
  private boolean isHeld;

  private long merged;

  /// For a file with this `alignment`; at most `segmentsMax` segments a bio.
  public BioBuilder(Alignment alignment, int segmentsMax) {
    this.alignment = alignment;
    this.segmentsMax = segmentsMax;
  }

  /// Parts that became one segment with the part before, since the start.
  public long merged() {
    return merged;
  }

  /// Appends the next bytes of `iter` to `bio`, at most `bytesMax` of them in whole blocks, moves
  /// the iterator on by as many and answers how many; 0 if what is next doesn't fit the alignment.
  ///
  /// Of a source the pages are the bio's alone afterwards, and `batch` is empty. Of a target
  /// `batch` keeps them too, for the bytes to be settled; the caller releases it. Whatever it
  /// throws, it has taken nothing and not moved, and the bio is as it was before.
  public long gather(Bio bio, IovIter iter, Extraction batch, long bytesMax) throws IOException {
    Direction direction = iter.direction();
    int block = alignment.block(direction);
    long wanted = Alignment.down(Math.min(bytesMax, iter.count()), block);
    Cleanup way = iter.cleanup(); // once, before it moves (4.1.1)
    long before = bio.bytes();
    long taken = 0;
    boolean isDone = false;
    try {
      boolean goesOn = true;
      while (goesOn && taken < wanted && iter.cleanup() == way) {
        long got = extract(iter, batch, wanted - taken, taken == 0);
        taken += got;
        goesOn = got > 0 && sections(bio, batch, way == Cleanup.PIN, block);
        if (direction == Direction.TARGET) {
          break; // the batch is needed until the bytes have come
        }
        batch.release();
      }
      send(bio, block);
      isDone = true;
    } finally {
      drop();
      long fits = isDone ? bio.bytes() - before : 0;
      if (fits == 0) {
        batch.release();
      }
      long trim = taken - fits;
      if (trim > 0) {
        iter.revert(trim);
      }
    }
    return bio.bytes() - before;
  }

  private static long extract(IovIter iter, Extraction batch, long wanted, boolean isFirst)
      throws IOException {
    try {
      return iter.extract(batch, wanted);
    } catch (IOException e) {
      if (isFirst) {
        throw e;
      }
      return 0; // what was had before is enough
    }
  }

  /// Adds the parts of `batch` as far as they fit; false at the first that doesn't.
  private boolean sections(Bio bio, Extraction batch, boolean isPinned, int block)
      throws IOException {
    for (int i = 0; i < batch.size(); i++) {
      if (!section(bio, batch.folio(i), batch.address(i), batch.length(i), isPinned, block)) {
        return false;
      }
    }
    return true;
  }

  /// Adds one range: the current one grows, or is sent and another begins. False if it doesn't fit.
  private boolean section(
      Bio bio, @Nullable Folio folio, long address, long length, boolean isPinned, int block)
      throws IOException {
    if (this.length > 0 && this.folio == folio && this.address + this.length == address) {
      this.length += length;
      merged++;
      return true;
    }
    if (!Alignment.isMultiple(this.length, block)
        || !Alignment.isMultiple(address, alignment.memory())) {
      return false;
    }
    if (bio.segments() + (this.length > 0 ? 1 : 0) == segmentsMax) {
      return false;
    }
    send(bio, block);
    if (!hold(bio, folio, isPinned)) {
      return false;
    }
    this.folio = folio;
    this.address = address;
    this.length = length;
    return true;
  }

  /// Pins the folio of the range that begins: false if it refuses and there is something before it.
  private boolean hold(Bio bio, @Nullable Folio folio, boolean isPinned) throws IOException {
    if (folio == null || folio.isZero()) {
      return true;
    }
    if (isPinned) {
      folio.addPin();
    } else if (!folio.tryPin(bio.direction() == Direction.TARGET)) {
      if (bio.bytes() > 0) {
        return false;
      }
      throw new IOException("pin for " + bio + ": refused by " + folio);
    }
    isHeld = true;
    return true;
  }

  /// The current range, in whole blocks, becomes a segment.
  private void send(Bio bio, int block) {
    long whole = Alignment.down(length, block);
    if (whole > 0) {
      bio.add(folio, address, whole);
    }
    drop();
  }

  /// Drops the current range and its pin, if there is one.
  private void drop() {
    Folio held = folio;
    folio = null;
    length = 0;
    if (isHeld && held != null) {
      isHeld = false;
      held.unpin();
    }
  }
}
