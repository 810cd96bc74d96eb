package ropewalk.iov;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Memory;
import ropewalk.page.Cleanup;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// A position in a sequence of runs of memory: the house's `iov_iter`.
///
/// ```
///      run 0        run 1   run 2 (empty)      run 3
///   |..........|...........|            |................|
///   |<- position ->|<------------ count ---------->|
///                  ^                               ^ truncate() moves this end in,
///                  next byte                         reexpand() out again
///              |back| left |   of the run that is loaded
/// ```
///
/// *Count* is the sum of what remains and *position* the sum of what has gone (invariant 6). All
/// shapes keep these two alike, here; a shape only knows how to load its next run and the one
/// before. Runs of no length may stand anywhere; no walk shows them to a step. The iterator may
/// stand at the end of a run: only the next access loads the run behind it (contract R-53), which
/// may not have been there before.
///
/// Nothing here owns memory: whoever built the iterator keeps its memory for as long, so that
/// [#revert] never meets memory that is gone. [#commit] makes what has gone final; only the shapes
/// of a pipe then release anything.
///
/// An iterator belongs to one thread at a time. The shapes are in [Shape].
public abstract sealed class IovIter extends RunCursor
    permits UbufIter,
        IovecIter,
        AddressIter,
        FolioqIter,
        XarrayIter,
        PipeSourceIter,
        PipeTargetIter,
        ListIter,
        DiscardIter {

  private final Direction direction;
  private final long total;

  /// The least position that revert may go back to.
  private long floor;

  /// Over plain addresses, or with a run's memory to come with each run.
  IovIter(Direction direction, long total) {
    super(Memory.ALL, total);
    this.direction = direction;
    this.total = total;
  }

  /// The same position in the same memory.
  IovIter(IovIter other) {
    super(other);
    direction = other.direction;
    total = other.total;
    floor = other.floor;
  }

  /// Bytes of the caller's `memory` to be read, one segment after the other.
  public static IovIter source(MemorySegment... memory) {
    return Imports.iterator(Direction.SOURCE, memory);
  }

  /// Bytes of the caller's `memory` to be written, one segment after the other.
  public static IovIter target(MemorySegment... memory) {
    return Imports.iterator(Direction.TARGET, memory);
  }

  /// Ranges to be read. They stay the caller's, who keeps them for as long as the iterator is used.
  public static BvecIter source(List<PageRef> pages) {
    return new BvecIter(Direction.SOURCE, pages);
  }

  /// Writable ranges to be filled. They stay the caller's; a frozen one is refused.
  public static BvecIter target(List<PageRef> pages) {
    return new BvecIter(Direction.TARGET, pages);
  }

  /// A target that drops `count` bytes.
  public static DiscardIter discard(long count) {
    return new DiscardIter(count);
  }

  /// The caller's vector with the kernel's limits: at most [Imports#SEGMENTS_MAX] segments, and
  /// [Imports#BYTES_MAX] bytes in all, beyond which it is silently shortened.
  public static IovIter importing(Direction direction, MemorySegment... vector) {
    return Imports.segments(direction, vector);
  }

  /// As [#importing(Direction, MemorySegment...)], of what remains in each buffer. Their positions
  /// don't move.
  public static IovIter importing(Direction direction, ByteBuffer... vector) {
    return Imports.buffers(direction, vector);
  }

  /// What kind of memory it runs over.
  public abstract Shape shape();

  /// *Gives* an iterator at the same position over the same memory, which moves by itself: for a
  /// use that goes on after the caller's own has ended. Throws for the shapes of a pipe, whose
  /// bytes can go only once.
  public abstract IovIter dup();

  /// Whether its memory is read or written.
  public final Direction direction() {
    return direction;
  }

  /// Bytes that remain.
  public final long count() {
    return count;
  }

  /// Bytes that have gone. [#revert] takes them back, as far as they are not final.
  public final long position() {
    return position;
  }

  /// Moves on by `n` bytes, or by all that remain if there are fewer. The memory stays as it is; a
  /// pipe's target fills in zeros, for nobody may read what lay in its fresh pages before.
  public final void advance(long n) {
    demandNatural("advance", n);
    long step = Math.min(n, count);
    if (step > 0) {
      skip(step);
    }
  }

  /// Moves back by `n` bytes, never beyond the start (contract R-54) nor into what is final. Pages
  /// of a pipe's target that are left behind are released, by the iterator: a pin keeps them
  /// (contract R-04).
  public final void revert(long n) {
    demandNatural("revert", n);
    if (n > position - floor) {
      throw new IllegalArgumentException(
          "revert(" + n + ") beyond the start: " + (position - floor) + " bytes have gone");
    }
    if (n > 0) {
      backward(n);
      count += n;
      reverted();
    }
  }

  /// Lowers the count to `n` if it is larger.
  public final void truncate(long n) {
    demandNatural("truncate", n);
    count = Math.min(count, n);
  }

  /// Sets the count to `n`, as it was before [#truncate]; never more than there is memory for.
  public final void reexpand(long n) {
    demandNatural("reexpand", n);
    if (n > extent() - position) {
      throw new IllegalArgumentException(
          "reexpand(" + n + ") beyond the end: " + (extent() - position) + " bytes are there");
    }
    count = n;
  }

  /// Notes in `state` where the iterator stands.
  public final void save(IovState state) {
    state.of = this;
    state.count = count;
    note(state);
  }

  /// Goes back, or on, to where it stood when `state` was saved, count and all. Throws for the
  /// state of another iterator, and where [#revert] would; a pipe's target doesn't go on.
  public final void restore(IovState state) {
    if (state.of != this) {
      throw new IllegalArgumentException("restore(" + state + ") of another iterator: " + this);
    }
    if (state.position < floor) {
      throw new IllegalArgumentException("restore(" + state + "): final since, " + this);
    }
    if (state.position > position && shape() == Shape.PIPE_TARGET) {
      throw new IllegalArgumentException("restore(" + state + "): what was filled is gone");
    }
    go(state);
    count = state.count;
    reverted();
  }

  /// Makes what has gone final: it can't be reverted any more. A pipe's source then releases the
  /// slots that are used up, and a pipe's target appends the pages that were filled; all other
  /// memory stays as it is.
  public final void commit() {
    committed(position - floor);
    floor = position;
  }

  /// Walks over at most `n` bytes, shows each run to `step`, moves on by what the step did, and
  /// answers how much that was: less than `min(n, count)` only if the step left something undone or
  /// there is no memory now (a hole, a full pipe).
  public final long walk(long n, Step step) {
    demandNatural("walk", n);
    long wanted = Math.min(n, count);
    long done = 0;
    while (done < wanted && ready()) {
      long length = Math.min(left, wanted - done);
      long undone = step.step(memory, at, done, length);
      if (undone < 0 || undone > length) {
        throw new IllegalStateException(
            "a step of " + length + " bytes left " + undone + " of them undone");
      }
      length -= undone;
      pass(length);
      count -= length;
      done += length;
      if (undone != 0) {
        break;
      }
    }
    return done;
  }

  /// How many bytes lie in one piece from here on, whatever has gone of it (contract 2.3.21c); 0 if
  /// nothing remains, or there is no memory now.
  public final long single() {
    return count == 0 ? 0 : Math.min(count, ahead());
  }

  /// Address and length of each run that remains, in one OR: what of it is aligned shows as zeros
  /// at the low end. 0 if nothing remains. Runs of no length don't count. Memory on the heap has no
  /// address and counts as odd; of folios the address within the page counts; a queue of folios
  /// answers for its first run and the whole count, an index for its position and count.
  public final long alignment() {
    return count == 0 ? 0 : Looks.alignment(this);
  }

  /// As [#alignment], but of the gaps between the runs: where all but the first start, and where
  /// all but the last end. 0 for a single run.
  public final long gapAlignment() {
    return count == 0 ? 0 : Looks.gapAlignment(this);
  }

  /// How many pages the runs that remain touch, each run counted by itself: at most `max`. A pipe's
  /// target answers how many it may fill.
  public final int pages(int max) {
    demandNatural("pages", max);
    return count == 0 ? 0 : pagesAhead(max);
  }

  /// Whether the next `n` bytes are there: not so in a closed arena, in one that another thread
  /// confines, in a hole of an index, behind the last free slot. Touches no byte, moves nowhere,
  /// and never steals.
  public final Prefault prefault(long n) {
    demandNatural("prefault", n);
    long wanted = Math.min(n, count);
    long there = Looks.reachable(this, wanted);
    return there == wanted ? Prefault.READY : new Prefault.Missing(wanted - there);
  }

  /// As [#prefault(long, long, boolean)], of bytes that others follow.
  public final Prefault prefault(long n, long targetStart) {
    return prefault(n, targetStart, false);
  }

  /// As [#prefault(long)], for bytes that will go to `targetStart` of a file or an index. If that
  /// is a range of whole pages (the last in part if it `isLast`), the next bytes are just those of
  /// one slot of a pipe, all before them is committed, and the folio can be stolen, the answer is
  /// the page itself: see [Prefault.Stolen].
  public final Prefault prefault(long n, long targetStart, boolean isLast) {
    demandNatural("prefault", n);
    demandNatural("prefault to", targetStart);
    PageRef page = n > count ? null : trySteal(n, targetStart, isLast);
    return page == null ? prefault(n) : new Prefault.Stolen(page);
  }

  /// *Lends* the page that [#prefault(long, long, boolean)] might steal: a range within the count
  /// that starts with the next byte and a page, and that nobody else seems to know. Null if none.
  public @Nullable PageRef offered() {
    return null;
  }

  /// Takes at most `bytesMax` bytes as pages into `batch`, which is empty, moves on by as many and
  /// answers how many: 0 only if nothing remains or nothing was asked for. `batch` says how they
  /// are kept ([Extraction#cleanup]) and is released by whoever owns it.
  ///
  /// It stops where the batch is full, at a hole, and in a list where the way of keeping changes.
  /// It also ends short where the pool has no more, or memory isn't there; if that is so before the
  /// first byte, it throws [IOException]. Whatever it throws, it has taken nothing and not moved.
  public final long extract(Extraction batch, long bytesMax) throws IOException {
    demandNatural("extract", bytesMax);
    long taken = batch.collect(this, bytesMax);
    took(taken);
    return taken;
  }

  /// How what the next [#extract] takes is given back.
  public final Cleanup cleanup() {
    boolean list = shape() == Shape.LIST && count > 0 && ready();
    return Extraction.cleanupOf(list ? leaf().shape() : shape());
  }

  /// Appends references to the next bytes to `pages`, at most `bytesMax` bytes in `pagesMax` pages,
  /// moves on by as many and answers how many. *Gives* them: frozen ranges, kept by themselves. The
  /// caller's memory is copied into folios of `pool` and counted in `tally`. Throws for a target,
  /// whose writable ranges have one holder each, and for memory that is no folio (KVEC).
  public final long getPages(
      FolioPool pool, List<PageRef> pages, long bytesMax, int pagesMax, Tally tally)
      throws IOException {
    demandNatural("getPages", bytesMax);
    demandNatural("getPages", pagesMax);
    demand(Direction.SOURCE);
    long taken = new Referencing(pool, pages, tally).take(this, bytesMax, pagesMax);
    took(taken);
    return taken;
  }

  /// Shows each page of the next `n` bytes to `step`, batch by batch, moves on by what it did not
  /// refuse and answers how much that was; or what it answered if it refused the first. `batch` is
  /// empty before and after.
  public final long eachPage(Extraction batch, long n, PageStep step) throws IOException {
    demandNatural("eachPage", n);
    return batch.each(this, Math.min(n, count), step);
  }

  /// Fills the iovec array at `iov` with what remains, in order, and answers how many entries it
  /// filled: at most `entriesMax`, with at most `bytesMax` bytes in all. Doesn't move on; the
  /// caller does, by what the kernel took. The caller's memory is refused (rule 10).
  public final int gather(long iov, int entriesMax, long bytesMax) {
    return Looks.gather(this, iov, entriesMax, bytesMax);
  }

  /// Throws unless the iterator's memory may be used so.
  final void demand(Direction wanted) {
    if (direction != wanted) {
      throw new IllegalStateException("a " + direction + " iterator was used as " + wanted);
    }
  }

  /// Whether nothing could be reverted.
  final boolean isCommitted() {
    return position == floor;
  }

  /// The next `n` bytes are gone for good.
  final void lost(long n) {
    position += n;
    count -= n;
    floor = position;
  }

  /// The iterator that the loaded run is of: in a list, the part.
  IovIter leaf() {
    return this;
  }

  /// The range that the loaded run is in, where it is of one.
  @Nullable PageRef page() {
    return null;
  }

  /// How many bytes there are in all, from position 0 on.
  long extent() {
    return total;
  }

  /// How many bytes the run has from the position on, whatever the count.
  long ahead() {
    return ready() ? left : 0;
  }

  /// As [#pages], while bytes remain.
  int pagesAhead(int max) {
    return Looks.pages(this, max);
  }

  /// Moves on by `n` bytes that nobody has looked at; so many remain.
  void skip(long n) {
    took(n);
  }

  /// The page of the next `n` bytes, or null if it can't be had.
  @Nullable PageRef trySteal(long n, long targetStart, boolean isLast) {
    return null;
  }

  /// The position has gone back.
  void reverted() {}

  /// `n` more bytes have become final, those before the position.
  void committed(long n) {}

  @Override
  public String toString() {
    return "%s[%s, position=%d, count=%d]"
        .formatted(getClass().getSimpleName(), direction, position, count);
  }
}
