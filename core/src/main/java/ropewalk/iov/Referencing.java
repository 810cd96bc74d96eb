package ropewalk.iov;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Abi;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// Takes references to the pages ahead of a source: [IovIter#getPages]. What it takes lives by
/// itself, whatever becomes of the iterator and of whoever built it.
final class Referencing {

  private final FolioPool pool;
  private final List<PageRef> pages;
  private final Tally tally;

  private long pagesLeft;

  /// Holds a copy of the caller's bytes and is being packed.
  private @Nullable PageRef open;

  private int filled;

  Referencing(FolioPool pool, List<PageRef> pages, Tally tally) {
    this.pool = pool;
    this.pages = pages;
    this.tally = tally;
  }

  /// Appends references to at most `bytesMax` bytes from where `iter` stands, leaves it there and
  /// answers how many.
  long take(IovIter iter, long bytesMax, int pagesMax) throws IOException {
    long wanted = pagesMax == 0 ? 0 : Math.min(bytesMax, iter.count());
    pagesLeft = pagesMax;
    long taken = 0;
    try {
      while (taken < wanted && iter.ready()) {
        long length = Math.min(iter.left, wanted - taken);
        long n = take(iter, length, taken);
        iter.pass(n);
        taken += n;
        if (n < length) {
          break;
        }
      }
    } finally {
      finish();
      iter.backward(taken);
    }
    if (taken == 0 && wanted > 0) {
      throw new IOException(
          "getPages(" + bytesMax + ") of " + iter + ": no page can be referenced");
    }
    return taken;
  }

  private long take(IovIter iter, long length, long taken) throws IOException {
    IovIter of = iter.leaf();
    return switch (of) {
      case UbufIter _, IovecIter _ -> copy(iter, length, taken);
      case BvecIter _, FolioqIter _, XarrayIter _, PipeSourceIter _ -> {
        finish();
        PageRef page = of.page();
        if (page == null) {
          throw new UnsupportedOperationException("getPages() of decanted ranges: " + of);
        }
        yield lend(page, iter.at, length);
      }
      case KvecIter _, PipeTargetIter _, ListIter _, DiscardIter _ -> {
        if (taken == 0) {
          throw new UnsupportedOperationException("getPages() of " + of);
        }
        yield 0; // a list: what came before is had
      }
    };
  }

  private long lend(PageRef page, long address, long length) {
    long n = Math.min(length, pagesLeft * Abi.pageSize() - Looks.within(address));
    PageRef lent = n <= 0 ? null : page.tryLend((int) (address - page.address()), (int) n);
    if (lent == null) {
      return 0;
    }
    pages.add(lent);
    pagesLeft -= Looks.touched(address, n);
    return n;
  }

  private long copy(IovIter iter, long length, long taken) throws IOException {
    if (taken > 0 && !Looks.isReachable(iter.memory)) {
      return 0;
    }
    long done = 0;
    while (done < length) {
      PageRef folio = open;
      if (folio == null || filled == folio.length()) {
        finish();
        folio = pagesLeft == 0 ? null : pool.tryTake(Abi.pageSize(), FolioClass.RING);
        if (folio == null && pagesLeft > 0 && taken + done == 0) {
          folio = pool.take(Abi.pageSize(), FolioClass.RING);
        }
        if (folio == null) {
          break;
        }
        open = folio;
        pagesLeft--;
      }
      long n = Math.min(length - done, folio.length() - filled);
      Copy.bytes(iter.memory, iter.at + done, Memory.ALL, folio.address() + filled, n, tally);
      filled += (int) n;
      done += n;
    }
    return done;
  }

  private void finish() {
    PageRef full = open;
    open = null;
    if (full != null && filled > 0) {
      full.publish(filled);
      pages.add(full);
    } else if (full != null) {
      full.close();
    }
    filled = 0;
  }
}
