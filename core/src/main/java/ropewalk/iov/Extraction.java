package ropewalk.iov;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Abi;
import ropewalk.page.Cleanup;
import ropewalk.page.Folio;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// Pages that were taken from an iterator for one request, and what has to be undone when the
/// request is over.
///
/// ```
///   iterator   |....run....|..run..|.......run.......|
///                  |<-------- extract ------>|
///   parts          | 0     |  1    |  2      |     folio, address, length of each; bytes() in all
/// ```
///
/// | shape | what a part is | kept by | way back |
/// |---|---|---|---|
/// | UBUF, IOVEC | a folio of the pool with a copy; or the segment's own, if it is the pool's | a pin | PIN |
/// | BVEC, FOLIOQ, XARRAY | a range of the folio itself | whoever built the iterator | NONE |
/// | KVEC | a range of no folio | whoever built the iterator | NONE |
/// | PIPE_SOURCE | a range of the folio in the slot | a loan | REFERENCE |
/// | PIPE_TARGET | a fresh page, staged for its slot | a pin | PIN |
/// | LIST | what its parts say; it ends where the way back changes | | |
/// | DISCARD | refused | | |
///
/// The way back is fixed by the shape when the pages are taken, whatever becomes of the iterator
/// later (contract 2.3.11), and [#release] goes it exactly once for each part. A zero folio is
/// never pinned.
///
/// **The caller's memory** is never attached (rule 10). A source is copied into the pool's folios
/// before the request, counted; a target gets fresh folios, and [#settle] copies what arrived back
/// afterwards. Small segments are packed one behind the other, so that a thousand of them become
/// few parts, each touched once. A native segment that turns out to lie in a folio of the pool that
/// somebody keeps is pinned where it is.
///
/// Neighbours that lie behind one another in the same folio become one part: same folio *and*
/// adjoining addresses (contract R-11). Made once, used again and again: nothing is allocated per
/// use. Belongs to one thread at a time; pins may be dropped from any ([Folio#unpin]), this object
/// not.
public final class Extraction implements AutoCloseable {

  private final int pagesMax;
  private final Bounce bounce;

  private final @Nullable Folio[] folios;
  private final @Nullable PageRef[] references;
  private final long[] addresses;
  private final long[] lengths;

  private boolean wholePages;
  private Cleanup cleanup = Cleanup.NONE;
  private int size;
  private int pages;
  private long bytes;

  /// At most `pagesMax` pages at a time; copies of the caller's memory go into folios of `pool` and
  /// are counted in `tally`.
  public Extraction(FolioPool pool, int pagesMax, Tally tally) {
    IovIter.demandNatural("extraction of pages", pagesMax);
    this.pagesMax = pagesMax;
    bounce = new Bounce(this, pool, tally);
    folios = new @Nullable Folio[pagesMax];
    references = new @Nullable PageRef[pagesMax];
    addresses = new long[pagesMax];
    lengths = new long[pagesMax];
  }

  /// Whether all parts but the first must start at the start of a page, and all but the last end at
  /// the end of one, as devices demand that have one offset and one length for a list of pages
  /// (contract 2.3.9). What would break the rule is left for the next extraction.
  public Extraction wholePages(boolean demanded) {
    wholePages = demanded;
    return this;
  }

  /// How many parts it has.
  public int size() {
    return size;
  }

  /// Bytes in all parts.
  public long bytes() {
    return bytes;
  }

  /// How the parts are kept, and so what [#release] will do; fixed when they were taken.
  public Cleanup cleanup() {
    return cleanup;
  }

  /// *Lends* the folio of part `i`; null for memory of the house that is no folio.
  public @Nullable Folio folio(int i) {
    return folios[index(i)];
  }

  /// Where part `i` starts in memory.
  public long address(int i) {
    return addresses[index(i)];
  }

  /// Where part `i` starts in its page.
  public int offset(int i) {
    return (int) Looks.within(addresses[index(i)]);
  }

  /// Bytes of part `i`; may be more than one page.
  public long length(int i) {
    return lengths[index(i)];
  }

  /// Says that the first `n` bytes have arrived, in a target: what of them was meant for the
  /// caller's memory is copied there, and counted. Nothing to do in all other cases.
  public void settle(long n) {
    if (n < 0 || n > bytes) {
      throw new IllegalArgumentException("settle(" + n + ") of " + bytes + " bytes");
    }
    bounce.copyBack(n);
  }

  /// Takes pages as [IovIter#extract] does, across as many segments as fit, and *lends* an iterator
  /// over them, of the same direction, good until they are released: caller's memory as a vector of
  /// few ranges (contract 2.3.20).
  public BvecIter decant(IovIter iter, long bytesMax) throws IOException {
    iter.extract(this, bytesMax);
    Folio[] ranges = new Folio[size];
    long[] starts = new long[size];
    long[] counts = new long[size];
    for (int i = 0; i < size; i++) {
      Folio folio = folios[i];
      if (folio == null) {
        iter.revert(bytes);
        release();
        throw new UnsupportedOperationException("decant() of memory that is no folio: " + iter);
      }
      ranges[i] = folio;
      starts[i] = addresses[i];
      counts[i] = lengths[i];
    }
    return new BvecIter(iter.direction(), bytes, ranges, starts, counts);
  }

  /// Drops exactly what was taken; it is then empty and may be used again. A second release finds
  /// nothing and does nothing.
  public void release() {
    int parts = size;
    Cleanup way = cleanup;
    size = 0;
    pages = 0;
    bytes = 0;
    cleanup = Cleanup.NONE;
    for (int i = 0; i < parts; i++) {
      Folio folio = folios[i];
      folios[i] = null;
      if (way == Cleanup.PIN && folio != null) {
        folio.unpin();
      }
      PageRef reference = references[i];
      references[i] = null;
      if (reference != null) {
        reference.close();
      }
    }
    bounce.release();
  }

  /// As [#release].
  @Override
  public void close() {
    release();
  }

  /// How pages of an iterator of this shape are kept.
  static Cleanup cleanupOf(Shape shape) {
    return switch (shape) {
      case UBUF, IOVEC, PIPE_TARGET -> Cleanup.PIN;
      case PIPE_SOURCE -> Cleanup.REFERENCE;
      case KVEC, BVEC, FOLIOQ, XARRAY, LIST, DISCARD -> Cleanup.NONE;
    };
  }

  /// Takes at most `bytesMax` bytes from where `iter` stands and leaves it there; answers how many.
  long collect(IovIter iter, long bytesMax) throws IOException {
    demandEmpty();
    long wanted = pagesMax == 0 ? 0 : Math.min(bytesMax, iter.count());
    if (wanted == 0) {
      return 0;
    }
    try {
      while (bytes < wanted && iter.ready()) {
        long length = Math.min(iter.left, wanted - bytes);
        long before = bytes;
        take(iter, length, wanted);
        iter.pass(bytes - before);
        if (bytes - before < length) {
          break;
        }
      }
      bounce.finish();
    } catch (IOException | RuntimeException e) {
      long taken = bytes;
      iter.backward(taken);
      release();
      throw e;
    }
    iter.backward(bytes);
    if (bytes == 0) {
      throw new IOException("extract(" + bytesMax + ") of " + iter + ": no page is there");
    }
    return bytes;
  }

  /// Shows each page of the next `n` bytes of `iter`, which are there, to `step`: see
  /// [IovIter#eachPage].
  long each(IovIter iter, long n, PageStep step) throws IOException {
    demandEmpty();
    for (long done = 0; ; ) {
      try {
        long taken = done == n || (done > 0 && !Looks.isThere(iter)) ? 0 : collect(iter, n - done);
        long answer = show(step);
        long shown = Math.max(0, answer);
        if (iter.direction() == Direction.TARGET) {
          settle(shown);
        }
        iter.took(shown);
        if (shown < taken || taken == 0) {
          return answer < 0 && done == 0 ? answer : done + shown;
        }
        done += shown;
      } finally {
        release();
        iter.reverted();
      }
    }
  }

  /// Adds a part of `length` bytes, or as many of them as there is room for; answers how many.
  long add(@Nullable Folio folio, long address, long length, @Nullable PageRef reference) {
    long fits = fits(folio, address, length);
    if (fits == 0) {
      return 0;
    }
    if (joins(folio, address)) {
      grow(fits);
    } else {
      folios[size] = folio;
      addresses[size] = address;
      lengths[size] = fits;
      references[size] = reference;
      pages += (int) Looks.touched(address, fits);
      size++;
      bytes += fits;
    }
    return fits;
  }

  /// How many of `length` bytes at `address` may become a part, or join the last one.
  long fits(@Nullable Folio folio, long address, long length) {
    boolean joins = joins(folio, address);
    long within = Looks.within(address);
    if (!joins && size > 0) {
      long end = addresses[size - 1] + lengths[size - 1];
      if (size == pagesMax || (wholePages && (Looks.within(end) | within) != 0)) {
        return 0;
      }
    }
    int shared = joins && within != 0 ? 1 : 0; // the last part has counted that page
    long room = (long) (pagesMax - pages + shared) * Abi.pageSize() - within;
    return Math.max(0, Math.min(length, room));
  }

  /// The same folio *and* adjoining bytes (contract R-11), with no pin or reference each.
  private boolean joins(@Nullable Folio folio, long address) {
    return size > 0
        && cleanup == Cleanup.NONE
        && folios[size - 1] == folio
        && addresses[size - 1] + lengths[size - 1] == address;
  }

  /// Adds `n` bytes to the last part.
  void grow(long n) {
    int i = size - 1;
    pages -= (int) Looks.touched(addresses[i], lengths[i]);
    lengths[i] += n;
    pages += (int) Looks.touched(addresses[i], lengths[i]);
    bytes += n;
  }

  /// Pages that may still be taken.
  int pagesLeft() {
    return pagesMax - pages;
  }

  private void take(IovIter iter, long length, long wanted) throws IOException {
    IovIter of = iter.leaf();
    Cleanup way = cleanupOf(of.shape());
    if (size == 0) {
      cleanup = way;
    } else if (cleanup != way) {
      return;
    }
    switch (of) {
      case UbufIter _, IovecIter _ -> bounce.take(iter, length, wanted);
      case KvecIter _ -> add(null, iter.at, length, null);
      case BvecIter _, FolioqIter _, XarrayIter _ -> add(iter.folio, iter.at, length, null);
      case PipeSourceIter _ -> lend(of, iter.at, length);
      case PipeTargetIter _ -> pin(of, iter.at, length);
      case ListIter _, DiscardIter _ -> {
        if (size == 0) {
          throw new UnsupportedOperationException("extract() of " + of);
        } // else a list: what came before is had
      }
    }
  }

  private void lend(IovIter of, long address, long length) {
    PageRef page = of.page();
    long fits = page == null ? 0 : fits(page.folio(), address, length);
    if (page != null && fits > 0) {
      PageRef lent = page.tryLend((int) (address - page.address()), (int) fits);
      if (lent != null) {
        add(page.folio(), address, fits, lent);
      }
    }
  }

  private void pin(IovIter of, long address, long length) {
    PageRef page = of.page();
    long fits = page == null ? 0 : fits(page.folio(), address, length);
    if (page != null && fits > 0 && page.tryPin()) {
      add(page.folio(), address, fits, null);
    }
  }

  /// Shows all parts, page by page; answers how many bytes were not refused, or the refusal of the
  /// first page.
  private long show(PageStep step) {
    long shown = 0;
    for (int i = 0; i < size; i++) {
      for (long done = 0; done < lengths[i]; ) {
        long address = addresses[i] + done;
        int from = (int) Looks.within(address);
        int length = (int) Math.min(lengths[i] - done, Abi.pageSize() - from);
        int answer = step.page(folios[i], address - from, from, length);
        if (answer < 0) {
          return shown == 0 ? answer : shown;
        }
        done += length;
        shown += length;
      }
    }
    return shown;
  }

  private void demandEmpty() {
    if (size != 0) {
      throw new IllegalStateException("an extraction that was not released: " + this);
    }
  }

  private int index(int i) {
    if (i < 0 || i >= size) {
      throw new IndexOutOfBoundsException("part " + i + " of " + size);
    }
    return i;
  }

  /// For messages.
  @Override
  public String toString() {
    return "Extraction[parts=%d, bytes=%d, cleanup=%s]".formatted(size, bytes, cleanup);
  }
}
