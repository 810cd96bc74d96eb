package ropewalk.file;

import java.io.IOException;
import ropewalk.bio.Alignment;
import ropewalk.cache.Bypass;
import ropewalk.cache.PageCache;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;

/// A descriptor in direct mode as the cache sees it: what is cached by us is not cached by the
/// kernel a second time.
///
/// ```
///   run            |■■■■■■■■■■■■■■■■|■■■■■■■■■■■■■■■■|■■■■■■·.........|    64 KiB each, aligned
///   read           |────────────────────────────────────────►          up to a whole block
///   file                                                   ^ its end    what lies behind is not told
///   write               |··──────────····|                              head and tail of a block by
///                         ^  whole blocks ^                             way of a bounce folio
/// ```
///
/// The cache's folios are aligned as disks want it, and so are its runs; only the end of a file and
/// small writes are askew. A read asks for the rest of the last block, too, and leaves it out of
/// the answer: a folio is a page at the least, so there is room. Parts of blocks are written as
/// [DirectFile] does it, which reads the block first.
final class DirectBacking extends FileBacking {
  /// The smallest folio of the cache: a block may not be larger.
  private static final int BLOCK_MAX = 4096;

  private final Engine engine;
  private final Fd fd;
  private final DirectCalls calls;

  private DirectBacking(
      Engine engine,
      Fd fd,
      Guarding guarding,
      boolean isDurable,
      boolean canGrow,
      DirectCalls calls) {
    super(engine, fd, guarding, isDurable, canGrow);
    this.engine = engine;
    this.fd = fd;
    this.calls = calls;
  }

  /// Sets `fd`, lent, to direct mode.
  ///
  /// @throws IOException if its file system refuses that, or has larger blocks than a page
  static DirectBacking of(
      Engine engine, PageCache cache, Fd fd, Guarding guarding, boolean isDurable, boolean canGrow)
      throws IOException {
    DirectFile.makeDirect(fd);
    DirectCalls calls =
        new DirectCalls(engine, cache.pool(), fd, DirectOptions.DEFAULT, Bypass.NONE);
    Alignment wanted = calls.alignment;
    if (wanted.block() > BLOCK_MAX || wanted.memory() > BLOCK_MAX) {
      calls.close();
      throw new IOException(
          "%s: can't be cached past the kernel's cache: it wants blocks of %d bytes, folios have %d"
              .formatted(fd, Math.max(wanted.block(), wanted.memory()), BLOCK_MAX));
    }
    return new DirectBacking(engine, fd, guarding, isDurable, canGrow, calls);
  }

  @Override
  public long preadv(long iov, int count, long offset) throws IOException {
    int block = calls.alignment.readBlock();
    // After a short read the cache goes on where it ended: what is before it in that block is in
    // the same folio and ours to be read once more.
    long skew = offset & (block - 1);
    long asked = 0;
    long stamp;
    try (Scratch whole = new Scratch((long) Iovec.SIZE * count)) {
      for (int i = 0; i < count; i++) {
        long before = i == 0 ? skew : 0;
        long base = Iovec.base(iov, i) - before;
        long length = Iovec.length(iov, i) + before;
        asked += Iovec.length(iov, i);
        if (i == count - 1) {
          length = Alignment.up(length, block);
        }
        Iovec.set(whole.address(), i, base, length);
      }
      stamp = calls.claim.readLock();
      try {
        long got = engine.preadv(fd, whole.address(), count, offset - skew);
        return Math.clamp(got - skew, 0, asked);
      } finally {
        calls.claim.unlock(stamp);
      }
    }
  }

  @Override
  public long pwritev(long iov, int count, long offset) throws IOException {
    int block = calls.alignment.block();
    long length = Iovec.length(iov, 0);
    long skew = offset & (block - 1);
    if (skew != 0 || length < block) {
      return writePart(Iovec.base(iov, 0), Math.min(length, block - skew), offset);
    }
    if (!Alignment.isMultiple(Iovec.base(iov, 0), calls.alignment.memory())) {
      return writePart(Iovec.base(iov, 0), length, offset);
    }
    try (Scratch whole = new Scratch((long) Iovec.SIZE * count)) {
      int taken = 0;
      boolean isWhole = true;
      while (isWhole && taken < count && fits(iov, taken, block)) {
        length = Iovec.length(iov, taken);
        isWhole = Alignment.isMultiple(length, block);
        Iovec.set(whole.address(), taken, Iovec.base(iov, taken), Alignment.down(length, block));
        taken++;
      }
      long stamp = calls.claim.readLock();
      try {
        return demandProgress(engine.pwritev(fd, whole.address(), taken, offset), offset);
      } finally {
        calls.claim.unlock(stamp);
      }
    }
  }

  private boolean fits(long iov, int index, int block) {
    return Iovec.length(iov, index) >= block
        && Alignment.isMultiple(Iovec.base(iov, index), calls.alignment.memory());
  }

  /// Reads the block, overlays, writes it, and puts the end of the file back where it belongs.
  private long writePart(long address, long length, long offset) throws IOException {
    IovIter source = IovIter.source(Memory.ALL.asSlice(address, length));
    return demandProgress(calls.run(source, offset, new Tally(), null), offset);
  }

  @Override
  public void truncate(long size) throws IOException {
    calls.truncate(size);
  }

  @Override
  public void punch(long offset, long length) throws IOException {
    calls.extents.forget(offset);
    super.punch(offset, length);
  }

  @Override
  public void close() {
    super.close();
    calls.close();
  }

  @Override
  public String toString() {
    return "DirectBacking[" + fd + "]";
  }
}
