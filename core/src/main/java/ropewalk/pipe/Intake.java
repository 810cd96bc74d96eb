package ropewalk.pipe;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.Tally;
import ropewalk.page.Account;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;

/// How ranges come into a pipe by reference, and what they may cost: what is on loan is charged to
/// the pipe while it waits there, up to a limit, and beyond it copied (rule 8).
///
/// ```
///   offer --> owned? ----------------------------------------> slot
///        `--> on loan --> fits the limit? -- charge moves here --> slot
///                              `-- no --> copy (not under the lock) --> slot; the loan ends
/// ```
///
/// So a pipe that nobody drains can't freeze the memory of those who lend to it. The charge leaves
/// with the range: to the next pipe, if that has a limit, else to nobody.
final class Intake {

  private final Turnstile turnstile;
  private final Ring ring;
  private final @Nullable FolioPool pool;
  private final @Nullable Account account;
  private final LongAdder copied = new LongAdder();

  /// Without an account loans are not counted.
  Intake(Turnstile turnstile, Ring ring, @Nullable FolioPool pool, @Nullable Account account) {
    this.turnstile = turnstile;
    this.ring = ring;
    this.pool = pool;
    this.account = account;
  }

  /// Whether loans are counted.
  boolean hasLimit() {
    return account != null;
  }

  /// Bytes on loan in the pipe, if they are counted.
  long charged() {
    return account == null ? 0 : account.charged();
  }

  /// Bytes that were copied because they would have exceeded the limit.
  long copied() {
    return copied.sum();
  }

  /// See [Pipe#offer(PageRef, int)].
  boolean offer(PageRef ref, int flags) throws IOException {
    boolean isEmpty = ref.length() == 0;
    turnstile.enter();
    try {
      turnstile.demandFillable();
      if (!isEmpty) {
        if (ring.isFull()) {
          return false;
        }
        if (admits(ref)) {
          append(ref, flags);
          return true;
        }
      }
    } finally {
      turnstile.lock.unlock();
    }
    if (!isEmpty && !offerCopy(ref, flags)) {
      return false;
    }
    ref.close();
    return true;
  }

  /// Charges `ref` to this pipe, if it is on loan and loans are counted; false if that would exceed
  /// the limit, and nothing has changed.
  boolean admits(PageRef ref) {
    if (account == null || ref.provenance() == Provenance.OWNED) {
      return true;
    }
    return ref.moveCharge(account);
  }

  /// As [#admits(PageRef)], for a range that comes out of another pipe, whose charge then ends.
  boolean admits(PageRef ref, Intake from) {
    boolean isAdmitted = admits(ref);
    if (isAdmitted) {
      from.discharge(ref);
    }
    return isAdmitted;
  }

  /// Ends the charge of a range that leaves the pipe, if it is this pipe's.
  void discharge(PageRef ref) {
    if (account != null && ref.account() == account) {
      var _ = ref.moveCharge(null); // to nobody: never refused
    }
  }

  /// A range that has left the pipe, and whose charge ends with that.
  @Nullable PageRef discharged(@Nullable PageRef ref) {
    if (ref != null) {
      discharge(ref);
    }
    return ref;
  }

  /// *Gives* a copy of the first `length` bytes of `ref`, which stays the caller's. Not under a
  /// lock: it takes a folio.
  PageRef copyOf(PageRef ref, int length) throws IOException {
    if (pool == null) {
      throw new IllegalStateException("a pipe without a pool has no limit of loans");
    }
    PageRef copy = pool.take(length, ref.folio().kind());
    Copy.bytes(ref.address(), copy.address(), length, new Tally());
    copy.publish(length);
    copied.add(length);
    return copy;
  }

  private boolean offerCopy(PageRef ref, int flags) throws IOException {
    PageRef copy = copyOf(ref, ref.length());
    boolean isTaken = false;
    turnstile.enter();
    try {
      turnstile.demandFillable();
      if (!ring.isFull()) {
        append(copy, flags & ~Pipe.GIFT);
        isTaken = true;
      }
    } finally {
      turnstile.lock.unlock();
      if (!isTaken) {
        copied.add(-copy.length());
        copy.close();
      }
    }
    return isTaken;
  }

  private void append(PageRef ref, int flags) {
    ring.append(ref, flags, null);
    turnstile.filled.signalAll();
  }
}
