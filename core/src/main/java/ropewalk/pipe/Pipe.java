package ropewalk.pipe;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.SlotRing;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.page.Account;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.Trail;

/// A bounded ring of slots in which ranges of bytes wait, in order: the kernel's pipe, in process.
///
/// ```
///   source side                                              sink side
///   offer   (takes if true)    +-----+-----+-----+---+---+   peek (stays the pipe's)
///   push    (takes, parks)  -> | ref | ref | ref |   |   |   gather (iovec array, stays)
///   awaitRoom                  +-----+-----+-----+---+---+   consume(n), poll, take -> out
///   write   (copies in)        first out         Ring        read (copies out)
///   closeSource: the end                                     closeSink: released, broken
/// ```
///
/// Order of slots is order of bytes. A slot holds one [PageRef] of at least one byte, of a page or
/// of many, and the flags said explicitly when it came; a range of no bytes is released and takes
/// no slot (contract R-16), so that an empty range is never taken for the end.
///
/// **The two ends.** The filling side ends the stream by [#closeSource]: what is in the pipe can
/// still be drained, then [#isEnded] holds. The draining side leaves by [#closeSink]: what is in
/// the pipe is released, and whoever fills it gets [BrokenPipeException]. An end with a mode of its
/// own, as the kernel's descriptors have it, is a [PipeEnd].
///
/// **Shared:** everything, behind one lock, held only to move references about; never while anybody
/// waits, copies, reads or writes (rule 9). Virtual threads park. A pipe that one thread fills and
/// drains by turns costs two uncontended lock operations a call.
///
/// **Waiting** is for the first byte only (invariant 8): [#push], [#take], [#read], [#awaitBytes],
/// [#awaitRoom], [#moveTo] park; whatever has moved a byte already returns instead of waiting for
/// more. [#write] is the exception, as `write(2)` is: it waits until all is in.
public final class Pipe implements AutoCloseable {

  /// No flag.
  public static final int PLAIN = 0;

  /// The range is a message of its own.
  public static final int PACKET = 1;

  /// The kernel may keep the pages behind this range.
  public static final int GIFT = 2;

  /// Of a call, not of a range: it doesn't wait.
  public static final int NONBLOCK = 4;

  /// Of a reading call: packets are no borders and nothing is dropped.
  public static final int STREAM = 8;

  /// What a call answers that would have to wait and must not: the kernel's EAGAIN, an everyday
  /// answer and no exception.
  public static final long NOT_NOW = -Errno.EAGAIN;

  /// Waits for ever.
  public static final long FOREVER = Long.MAX_VALUE;

  /// The kernel's default number of slots.
  public static final int SLOTS_DEFAULT = 16;

  /// More than any pipe of the kernel may have: beyond it a mistake is likelier than a need.
  public static final int SLOTS_MAX = 1 << 16;

  private static final AtomicLong NUMBERS = new AtomicLong();

  /// The order in which two are locked ([Transfer]).
  final long number = NUMBERS.incrementAndGet();

  final Ring ring;
  final Turnstile turnstile;
  final Intake intake;
  private final @Nullable FolioPool pool;

  private Pipe(@Nullable FolioPool pool, int capacity, long loansMax) {
    this.pool = pool;
    ring = new Ring(capacity);
    turnstile = new Turnstile(number, ring);
    Account account =
        pool == null || loansMax == Long.MAX_VALUE
            ? null
            : pool.account("pipe " + number, loansMax);
    intake = new Intake(turnstile, ring, pool, account);
  }

  /// Opens a pipe of at least `slots` slots: the next power of two. It passes references; to
  /// [#write] bytes into it needs a pool.
  public static Pipe open(int slots) {
    return new Pipe(null, rounded(slots), Long.MAX_VALUE);
  }

  /// As [#open(int)], with the pool that written bytes are copied into.
  public static Pipe open(FolioPool pool, int slots) {
    return new Pipe(pool, rounded(slots), Long.MAX_VALUE);
  }

  /// As [#open(FolioPool, int)]. At most `loansMax` bytes on loan wait in it, charged to it; what
  /// would exceed that is copied.
  public static Pipe open(FolioPool pool, int slots, long loansMax) {
    return new Pipe(pool, rounded(slots), loansMax);
  }

  private static int rounded(int slots) {
    if (slots < 1 || slots > SLOTS_MAX) {
      throw new IllegalArgumentException(
          "a pipe has between 1 and " + SLOTS_MAX + " slots: slots=" + slots);
    }
    return slots == 1 ? 1 : Integer.highestOneBit(slots - 1) << 1;
  }

  /// Changes how many slots it has, to the next power of two, and answers that; what waits in it
  /// stays. Throws EBUSY if more are filled.
  public int resize(int slots) throws IOException {
    int capacity = rounded(slots);
    turnstile.enter();
    try {
      if (!ring.resize(capacity)) {
        throw LinuxException.of(
            -Errno.EBUSY, "resize", "pipe", number, "slots", capacity, "used", ring.used());
      }
      turnstile.drained.signalAll();
      return capacity;
    } finally {
      turnstile.lock.unlock();
    }
  }

  /// How many slots it has.
  public int slots() {
    return turnstile.capacity();
  }

  /// How many slots are filled.
  public int used() {
    return turnstile.used();
  }

  /// How many slots are empty.
  public int free() {
    return turnstile.free();
  }

  /// How many bytes wait in it (the kernel's FIONREAD).
  public long bytes() {
    return turnstile.bytes();
  }

  /// What could be done now without waiting, in the words of poll(2): POLLIN if bytes wait, POLLHUP
  /// if no more will come, POLLOUT if a slot is empty, POLLERR if nobody drains it.
  public int ready() {
    return turnstile.ready();
  }

  /// Whether all has been drained that will ever come.
  public boolean isEnded() {
    return turnstile.isEnded();
  }

  /// Whether the draining side has left.
  public boolean isBroken() {
    return turnstile.isBroken();
  }

  /// Bytes in it that are on loan and charged to it; 0 without a limit.
  public long charged() {
    return intake.charged();
  }

  /// Bytes copied on their way in, because as loans they would have exceeded the limit.
  public long copied() {
    return intake.copied();
  }

  // The filling side.

  /// Puts `ref` behind the others if there is a slot. *Takes* `ref` when it answers true;
  /// otherwise, or when it throws, `ref` stays the caller's.
  public boolean offer(PageRef ref) throws IOException {
    return offer(ref, PLAIN);
  }

  /// As [#offer(PageRef)], with flags.
  public boolean offer(PageRef ref, int flags) throws IOException {
    Slot.checkFlags(flags);
    return intake.offer(ref, flags);
  }

  /// Puts `ref` behind the others, and parks until there is a slot. *Takes* `ref`, always: also
  /// when it throws.
  public void push(PageRef ref) throws IOException {
    push(ref, PLAIN, FOREVER);
  }

  /// As [#push(PageRef)], with flags, until `deadlineNanos` of `System.nanoTime()` at most.
  public void push(PageRef ref, int flags, long deadlineNanos) throws IOException {
    boolean pushed = false;
    try {
      while (!offer(ref, flags)) {
        awaitRoom(deadlineNanos);
      }
      pushed = true;
    } finally {
      if (!pushed) {
        ref.close();
      }
    }
  }

  /// Parks until there is an empty slot.
  public void awaitRoom(long deadlineNanos) throws IOException {
    turnstile.awaitRoom(deadlineNanos);
  }

  /// Whether there is an empty slot; throws as [#awaitRoom] does, and doesn't wait.
  public boolean hasRoom() throws IOException {
    return turnstile.hasRoom();
  }

  /// Copies `source` into pages of the pool and moves it on, until all is in ([Writing] says how
  /// bytes and slots go together). Flags: [#PACKET] makes each page, and what is left, a message;
  /// [#NONBLOCK] doesn't wait, and nothing waits beyond `deadlineNanos` of `System.nanoTime()`.
  /// Answers how many bytes went in, fewer than asked only if it may not wait or failed after some,
  /// or [#NOT_NOW].
  public long write(IovIter source, int flags, long deadlineNanos, Tally tally) throws IOException {
    checkCallFlags(flags, PACKET | NONBLOCK);
    if (pool == null) {
      throw new IllegalStateException(
          "write(" + source.count() + " bytes) to a pipe without a pool: Pipe.open(pool, slots)");
    }
    return new Writing(this, pool, source, flags, deadlineNanos, tally).run();
  }

  /// Says that nothing more will come.
  public void closeSource() {
    turnstile.closeSource();
  }

  // The draining side.

  /// The first range, or null if there is none at the moment. It stays the pipe's: look at it, lend
  /// from it, then [#consume] or [#poll] it.
  public @Nullable PageRef peek() {
    return turnstile.first();
  }

  /// What was said about the first range when it came; [#PLAIN] if there is none.
  public int peekFlags() {
    return turnstile.firstFlags();
  }

  /// *Gives* the first range, or null if there is none at the moment.
  public @Nullable PageRef poll() {
    return intake.discharged(turnstile.poll());
  }

  /// *Gives* the first range and parks until there is one; null at the end.
  public @Nullable PageRef take() throws IOException {
    return take(FOREVER);
  }

  /// As [#take()], until `deadlineNanos` of `System.nanoTime()` at most.
  public @Nullable PageRef take(long deadlineNanos) throws IOException {
    for (; ; ) {
      PageRef first = poll();
      if (first != null || !awaitBytes(deadlineNanos)) {
        return first;
      }
    }
  }

  /// Parks until there is a byte; false at the end.
  public boolean awaitBytes(long deadlineNanos) throws IOException {
    return turnstile.awaitBytes(deadlineNanos);
  }

  /// Copies the first bytes into `target` and moves it on. A packet ends the call, and what the
  /// target has no room for of it is dropped; with [#STREAM] packets are bytes like others. Waits
  /// for the first byte, until `deadlineNanos` at most, unless [#NONBLOCK] is set. Answers how many
  /// bytes came out, 0 at the end, or [#NOT_NOW].
  public long read(IovIter target, int flags, long deadlineNanos, Tally tally) throws IOException {
    checkCallFlags(flags, NONBLOCK | STREAM);
    return new Reading(this, target, flags, deadlineNanos, tally).run();
  }

  /// Fills the iovec array at `iov` with the first bytes, in order, and answers how many entries it
  /// filled: at most `entriesMax`, with at most `bytesMax` bytes in all. Nothing leaves the pipe;
  /// the caller consumes what the kernel took, and nobody else drains meanwhile.
  public int gather(long iov, int entriesMax, long bytesMax) {
    turnstile.enter();
    try {
      return ring.isOpen() ? ring.gather(iov, entriesMax, bytesMax) : 0;
    } finally {
      turnstile.lock.unlock();
    }
  }

  /// Fills the array as [#gather] does and gives what it names to the kernel: lent ranges of the
  /// gift class, up to the first that isn't. They stay given whatever the kernel takes of them.
  public int gatherGiven(long iov, int entriesMax, long bytesMax) {
    turnstile.enter();
    try {
      return ring.isOpen() ? ring.gatherGiven(iov, entriesMax, bytesMax) : 0;
    } finally {
      turnstile.lock.unlock();
    }
  }

  /// Releases the first `n` bytes: whole slots, and the start of the one where they end. More than
  /// there are is an error, and then nothing is released.
  public void consume(long n) {
    turnstile.consume(n);
  }

  /// Puts all that waits in it on `trail`, which learns when the last of it is released, wherever
  /// it goes from here. What is on a trail already stays there.
  public void follow(Trail trail) {
    turnstile.enter();
    try {
      ring.follow(trail);
    } finally {
      turnstile.lock.unlock();
    }
  }

  /// Says that nobody will drain it any more, and releases what is in it and in nobody's hand.
  public void closeSink() {
    turnstile.closeSink();
    for (PageRef left = poll(); left != null; left = poll()) {
      left.close();
    }
  }

  /// Moves at most `limit` bytes to the end of `target`: whole slots as they are, flags and all,
  /// and the head of one that is too long. Parks until one byte can move; answers how many did, or
  /// -1 at the end of this pipe.
  public long moveTo(Pipe target, long limit) throws IOException {
    return moveTo(target, limit, PLAIN, FOREVER);
  }

  /// As [#moveTo(Pipe, long)], until `deadlineNanos` of `System.nanoTime()` at most; with
  /// [#NONBLOCK] it may answer [#NOT_NOW] instead of waiting.
  public long moveTo(Pipe target, long limit, int flags, long deadlineNanos) throws IOException {
    checkCallFlags(flags, NONBLOCK);
    return new Transfer(this, target).run(limit, true, flags == PLAIN, deadlineNanos);
  }

  /// Appends second references of the first `limit` bytes to `target`, as [#moveTo] moves them, and
  /// leaves this pipe as it is. What is in two pipes is nobody's gift, and nobody appends to it
  /// (contract R-02).
  public long tee(Pipe target, long limit) throws IOException {
    return tee(target, limit, PLAIN, FOREVER);
  }

  /// As [#tee(Pipe, long)], with [#NONBLOCK] or a deadline as for [#moveTo(Pipe, long, int, long)].
  public long tee(Pipe target, long limit, int flags, long deadlineNanos) throws IOException {
    checkCallFlags(flags, NONBLOCK);
    return new Transfer(this, target).run(limit, false, flags == PLAIN, deadlineNanos);
  }

  /// Its slots, to be filled and drained by the iterators of `iov`.
  public SlotRing slotRing() {
    return new PipeSlots(turnstile, ring, intake);
  }

  @Override
  public void close() {
    closeSource();
    closeSink();
  }

  private static void checkCallFlags(int flags, int known) {
    if ((flags & ~known) != 0) {
      throw new IllegalArgumentException("unknown flags: 0x" + Integer.toHexString(flags));
    }
  }

  @Override
  public String toString() {
    int ready = ready();
    return "pipe %d: %d of %d slots, %d bytes%s%s"
        .formatted(
            number,
            used(),
            slots(),
            bytes(),
            (ready & Poll.POLLHUP) != 0 ? ", source closed" : "",
            (ready & Poll.POLLERR) != 0 ? ", sink closed" : "");
  }
}
