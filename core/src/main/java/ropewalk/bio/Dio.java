package ropewalk.bio;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.Direction;
import ropewalk.iov.Extraction;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.FolioPool;

/// One read or write of any size and shape on its way: says which I/O is next, takes what came of
/// it, and knows at the end how far it got. It makes no I/O and holds no claim itself; whoever
/// drives it does, on a thread that waits, by callbacks, or in an owner's own ring:
///
/// ```
///   begin(iter, offset)
///   while (prepare()) {                  memory in hand; waits for it with nothing held
///     claim the file, alone if isAlone()
///     while ((bio = next()) != null)     null: this step is over
///       the kernel's answer -> complete(result) or fail(why)
///     if (cut() >= 0) truncate           a write of part of a block has moved the end too far
///     let go of the claim
///   }
///   end()                                bytes done; throws if that is none and it failed
/// ```
///
/// | step | when | what |
/// |---|---|---|
/// | direct | offset and memory fit | [ByReference]: one bio, split at the limits |
/// | blocks | they don't | [Blocks]: by way of a bounce folio, counted |
/// | hole | nothing is there to be read | zeros, after a second look under the claim |
///
/// **What was done** is told exactly: the iterator stands behind the last byte that went or came,
/// also when it failed. A write that is cut short in a block writes the whole block again; a read
/// goes on where it stopped, unless the file's size, asked after it, says that this is the end. No
/// progress sixteen times in a row is an error.
///
/// Used by one thread at a time, for one call at a time, then again; nothing is allocated.
public final class Dio {

  private static final int STALLS_MAX = 16;

  private enum Step {
    NONE,
    DIRECT,
    BLOCKS,
    HOLE
  }

  private final Alignment alignment;
  private final BioQueue queue;
  private final Extents extents;
  private final boolean mayBounce;
  private final Tally tally = new Tally();
  private final ByReference pages;
  private final Blocks blocks;

  private @Nullable IovIter iter;
  private String verb = "";
  private int block;
  private long offset;
  private long left;
  private long done;
  private int stalls;
  private boolean mayBeEnd;
  private @Nullable IOException failure;
  private volatile boolean isCancelled;

  private Step step = Step.NONE;
  private @Nullable Bio flight;

  private long stepBytes; // of the step that was prepared
  private long told; // copies that callers know of

  /// For a file with this `alignment` and these `extents`. Bounces in folios of `pool`; where that
  /// is not `mayBounce`, what does not fit is refused. At most `pagesMax` pages are taken at once.
  public Dio(
      FolioPool pool,
      Alignment alignment,
      BioLimits limits,
      BioQueue queue,
      Extents extents,
      BioPool bios,
      boolean mayBounce,
      int pagesMax) {
    this.alignment = alignment;
    this.queue = queue;
    this.extents = extents;
    this.mayBounce = mayBounce;
    Extraction batch = new Extraction(pool, pagesMax, tally);
    pages = new ByReference(alignment, limits, queue, bios, batch);
    blocks = new Blocks(pool, bios, queue, tally);
  }

  /// Begins a call: all that `iter` has, at `offset` of the file: written if it is a source, read
  /// if it is a target. *Borrows* the iterator until [#end].
  public void begin(IovIter iter, long offset) throws IOException {
    if (this.iter != null) {
      throw new IllegalStateException("begin() while a call is under way: " + this.iter);
    }
    if (offset < 0) {
      throw new IllegalArgumentException("negative: offset=" + offset);
    }
    verb = Alignment.verb(iter.direction());
    if (offset > Long.MAX_VALUE - (1 << 20) - iter.count()) {
      throw LinuxException.of(-Errno.EFBIG, verb, "offset", offset, "length", iter.count());
    }
    block = alignment.block(iter.direction());
    if (!mayBounce && !Alignment.isMultiple(offset | iter.count(), block)) {
      throw alignment.refusal(iter, offset, iter.count());
    }
    this.iter = iter;
    this.offset = offset;
    left = iter.count();
    done = 0;
    stalls = 0;
    mayBeEnd = false;
    failure = null;
    isCancelled = false;
  }

  private IOException gone(Exception why) {
    return new IOException(verb + ": the memory is not there any more", why);
  }

  /// Gets hold of the memory for the next step; may wait for it. False if the call is over.
  public boolean prepare() {
    IovIter memory = memory();
    if (left == 0 || failure != null || isCancelled) {
      return false;
    }
    try {
      if (mayBeEnd && extents.size() <= offset) {
        left = 0;
        return false;
      }
      mayBeEnd = false;
      boolean isRead = memory.direction() == Direction.TARGET;
      step = take(memory, isRead ? extents.run(offset, left, block) : left);
      return true;
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException e) { // an arena that is closed, or of another thread
      if (done == 0) {
        throw e;
      }
      failure = gone(e);
    } finally {
      if (step == Step.NONE) {
        blocks.release();
      }
    }
    return false;
  }

  /// Takes the memory of the next `room` bytes, or less of it; there is a hole if that is 0.
  private Step take(IovIter memory, long room) throws IOException {
    stepBytes = room == 0 ? 0 : pages.gather(memory, offset, room, room == left, block);
    if (stepBytes > 0 || room == 0) {
      return room == 0 ? Step.HOLE : Step.DIRECT;
    }
    if (!mayBounce) {
      throw alignment.refusal(memory, offset, left);
    }
    stepBytes = blocks.prepare(memory, offset, room, room == left, block);
    return Step.BLOCKS;
  }

  /// Bytes of the step that was prepared, for the rate.
  public long stepBytes() {
    return stepBytes;
  }

  /// Whether the step that was prepared has to have the file for itself: it keeps part of a block,
  /// and may move the end of the file to and fro.
  public boolean isAlone() {
    return step == Step.BLOCKS && blocks.isPartial();
  }

  /// The next I/O of this step, with the claim in hand; null if the step is over. The bio is *lent*
  /// until [#complete] or [#fail].
  public @Nullable Bio next() {
    if (flight != null) {
      throw new IllegalStateException("next() before the answer to " + flight);
    }
    if ((failure != null || isCancelled) && step != Step.NONE) {
      giveUp();
    }
    try {
      switch (step) {
        case HOLE -> zeros(memory());
        case DIRECT -> flight = pages.front();
        case BLOCKS -> flight = blocks.next(extents);
        case NONE -> {}
      }
    } catch (IOException | RuntimeException e) {
      failure = e instanceof IOException said ? said : gone(e);
      giveUp();
    }
    return flight;
  }

  /// Writes zeros for the hole here, if it is still one: who waited for the claim may have waited
  /// for whoever filled it (contract R-46).
  private void zeros(IovIter memory) throws IOException {
    step = Step.NONE;
    long data = extents.data(offset);
    if (data > offset) {
      long end = data == Long.MAX_VALUE ? extents.size() : data;
      long n = Math.clamp(end - offset, 0, left);
      long zeroed = Copy.zeros(memory, n);
      pages.dirty(memory, zeroed);
      queue.holes(zeroed);
      move(zeroed);
      left = zeroed < n || n == 0 ? 0 : left;
    }
  }

  /// The kernel's answer to the last bio: bytes, or `-errno`, which is an end unless it says "ask
  /// again" (EINTR, EAGAIN) or is what [#cancel] wanted.
  public void complete(long result) {
    Bio bio = land();
    isCancelled |= result == -Errno.ECANCELED;
    boolean isAskedAgain =
        result == -Errno.EINTR || result == -Errno.EAGAIN || result == -Errno.ECANCELED;
    if (result < 0 && !isAskedAgain) {
      fail(bio, LinuxException.of(result, verb, "bio", bio));
      return;
    }
    long came = isAskedAgain ? 0 : Math.min(result, bio.bytes());
    boolean isShort = came < bio.bytes();
    mayBeEnd = isShort && !isAskedAgain && memory().direction() == Direction.TARGET;
    try {
      if (step == Step.BLOCKS) {
        completeBlocks(bio, came);
      } else {
        completeDirect(bio, came, isShort);
      }
    } catch (RuntimeException e) {
      failure = gone(e);
      giveUp();
    }
  }

  /// The last bio could not be made an I/O, or came back with this; or it happened between two.
  public void fail(IOException why) {
    failure = why;
    if (flight != null) {
      fail(land(), why);
    }
  }

  private void fail(Bio bio, IOException why) {
    failure = why;
    bio.complete();
    giveUp();
  }

  /// The bio that was with the kernel, which is its no longer.
  private Bio land() {
    Bio bio = flight;
    if (bio == null) {
      throw new IllegalStateException("an answer to nothing: " + this);
    }
    flight = null;
    pages.landed(bio);
    return bio;
  }

  private void completeDirect(Bio bio, long result, boolean isShort) {
    bio.complete();
    boolean isSource = memory().direction() == Direction.SOURCE;
    long came = isSource ? Alignment.down(result, block) : result;
    progress(came > 0);
    if (pages.came(came) || isShort) {
      settle();
    }
  }

  private void completeBlocks(Bio bio, long result) {
    bio.complete();
    int came = blocks.complete(result, memory());
    progress(came > 0 || came == Blocks.MORE);
    if (came >= 0) {
      step = Step.NONE;
      blocks.release();
      if (memory().direction() == Direction.SOURCE) {
        memory().revert(stepBytes - came);
      } else {
        pages.dirty(memory(), came);
      }
      move(came);
    }
  }

  private void progress(boolean isSome) {
    stalls = isSome ? 0 : stalls + 1;
    if (stalls > STALLS_MAX && failure == null) {
      failure =
          new IOException(verb + " at " + offset + " moved nothing, " + stalls + " times in a row");
    }
  }

  private void settle() {
    step = Step.NONE;
    move(pages.settle(memory()));
  }

  /// Ends the step that was prepared without the rest of its I/Os.
  private void giveUp() {
    switch (step) {
      case DIRECT -> settle();
      case BLOCKS -> {
        blocks.failed();
        blocks.release();
        if (memory().direction() == Direction.SOURCE) {
          memory().revert(stepBytes);
        }
      }
      case HOLE, NONE -> {}
    }
    step = Step.NONE;
  }

  private void move(long n) {
    if (memory().direction() == Direction.SOURCE) {
      extents.wrote(offset, offset + n);
    }
    offset += n;
    left -= n;
    done += n;
  }

  /// Where the file has to be cut before the claim is let go of; -1 if it stays as it is. Asked
  /// once after each step.
  public long cut() {
    return blocks.takeCut();
  }

  /// Asks the call to end as soon as nothing of it is with the kernel; from any thread.
  public void cancel() {
    isCancelled = true;
  }

  /// Why it ended early, if it failed.
  public @Nullable IOException failure() {
    return failure;
  }

  /// Ends the call: all that was taken is given back. Answers how many bytes went or came, and adds
  /// what was copied to `counted`.
  ///
  /// @throws IOException if it failed before the first byte; after that the answer is short, and
  ///   [#failure] says why
  public long end(Tally counted) throws IOException {
    abandon();
    counted.addUser(tally.copiedUser() - told);
    told = tally.copiedUser();
    IOException why = failure;
    if (why != null && done == 0) {
      throw why;
    }
    return done;
  }

  /// Gives back all that was taken, whatever the state; nothing of it is with the kernel.
  public void abandon() {
    if (iter == null) {
      return;
    }
    try {
      if (flight != null) {
        land().complete();
      }
      giveUp();
    } finally {
      pages.release();
      blocks.release();
      iter = null;
    }
  }

  private IovIter memory() {
    IovIter memory = iter;
    if (memory == null) {
      throw new IllegalStateException("no call is under way");
    }
    return memory;
  }

  /// For messages.
  @Override
  public String toString() {
    return "Dio[%s, offset=%d, left=%d, step=%s]".formatted(iter, offset, left, step);
  }
}
