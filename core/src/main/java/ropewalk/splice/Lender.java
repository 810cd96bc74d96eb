package ropewalk.splice;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Abi;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.pipe.Pipe;

/// Memory on its way into a pipe of ours: pages of the pool by reference, the caller's by a copy.
///
/// ```
///   memory   ....|=======page=======|===page===|...       cut where pages begin in memory
///   slots         1   2              3
///   GIFT              ^ only a whole page of an owner's is given; 1 and 3 are loans
/// ```
///
/// A slot for each page that is touched, as the kernel's `vmsplice` needs; waits for a slot once,
/// then never.
final class Lender {

  /// In the place of a deadline: the call doesn't wait. The other end of time is [Pipe#FOREVER].
  static final long AT_ONCE = Long.MIN_VALUE;

  private static final int PAGE = Abi.pageSize();

  private final FolioPool pool;
  private final Tally tally;

  /// Where the next run of the caller's memory is, modulo the page; set by a look at it.
  private int at;

  Lender(FolioPool pool, Tally tally) {
    this.pool = pool;
    this.tally = tally;
  }

  /// Copies `memory` into pages of the pool, and moves it on. A slot that somebody else was faster
  /// to fill is waited for again, as long as nothing has moved.
  long copy(IovIter memory, Pipe pipe, long until) throws IOException {
    long before = memory.position();
    while (memory.position() == before) {
      if (!hasRoom(pipe, until)) {
        return Pipe.NOT_NOW;
      }
      copySome(memory, pipe);
    }
    return memory.position() - before;
  }

  private void copySome(IovIter memory, Pipe pipe) throws IOException {
    long before = memory.position();
    while (memory.count() > 0 && pipe.free() > 0) {
      long start = memory.position();
      boolean isTaken = false;
      PageRef page = null;
      try {
        int length = pieceOf(memory);
        page = pool.take(PAGE, FolioClass.RING);
        Copy.outOf(memory, page.target(), 0, length, tally);
        page.publish(length);
        isTaken = pipe.offer(page);
      } catch (IllegalStateException | WrongThreadException e) {
        if (start == before) {
          throw fault(memory, e);
        }
      } catch (IOException e) {
        if (start == before) {
          throw e;
        }
      } finally {
        if (!isTaken) {
          memory.revert(memory.position() - start);
          if (page != null) {
            page.close();
          }
        }
      }
      if (!isTaken) {
        break;
      }
    }
  }

  /// Lends `pages`, or gives what may be given; waits as [#copy] does.
  long lend(List<PageRef> pages, Pipe pipe, boolean gift, long until) throws IOException {
    long total = 0;
    for (PageRef page : pages) {
      total += page.length();
    }
    if (total == 0) {
      return 0;
    }
    while (hasRoom(pipe, until)) {
      long moved = lendSome(pages, pipe, gift);
      if (moved > 0) {
        return moved;
      }
    }
    return Pipe.NOT_NOW;
  }

  private static long lendSome(List<PageRef> pages, Pipe pipe, boolean gift) throws IOException {
    long moved = 0;
    for (PageRef page : pages) {
      for (int start = 0; start < page.length(); ) {
        int rest = (int) (PAGE - (page.address() + start) % PAGE);
        int length = Math.min(rest, page.length() - start);
        boolean isGift = gift && length == PAGE && page.provenance() == Provenance.OWNED;
        if (!pass(pipe, isGift ? given(page, start) : page.tryLend(start, length), isGift, moved)) {
          return moved;
        }
        start += length;
        moved += length;
      }
    }
    return moved;
  }

  /// *Takes* `piece`, always; false if there is no slot for it, or it is refused after a byte
  /// moved.
  private static boolean pass(Pipe pipe, @Nullable PageRef piece, boolean isGift, long moved)
      throws IOException {
    if (piece == null) {
      if (moved > 0) {
        return false;
      }
      throw LinuxException.of(-Errno.EFAULT, "vmsplice", "pipe", pipe, "page", "refused");
    }
    boolean isTaken = false;
    try {
      isTaken = pipe.offer(piece, isGift ? Pipe.GIFT : Pipe.PLAIN);
      return isTaken;
    } catch (IOException e) {
      if (moved > 0) {
        return false;
      }
      throw e;
    } finally {
      if (!isTaken) {
        piece.close();
      }
    }
  }

  private static @Nullable PageRef given(PageRef page, int start) {
    PageRef given = page.tryShare();
    if (given != null) {
      given.skip(start);
      given.trim(PAGE);
    }
    return given;
  }

  /// How many bytes of the next page of memory come in one piece.
  private int pieceOf(IovIter memory) {
    at = 0;
    memory.walk(
        1,
        (run, start, done, length) -> {
          at = (int) ((run.address() + start) % PAGE);
          return length;
        });
    return (int) Math.min(memory.single(), PAGE - at);
  }

  /// Whether the pipe has a free slot, waited for until a deadline of `System.nanoTime()`, for ever
  /// or not at all ([Pipe#FOREVER], [#AT_ONCE]); throws if nobody drains it.
  static boolean hasRoom(Pipe pipe, long until) throws IOException {
    if (until == AT_ONCE) {
      return pipe.hasRoom();
    }
    pipe.awaitRoom(until);
    return true;
  }

  private static LinuxException fault(IovIter memory, RuntimeException cause) {
    LinuxException fault = LinuxException.of(-Errno.EFAULT, "vmsplice", "memory", memory);
    fault.initCause(cause);
    return fault;
  }
}
