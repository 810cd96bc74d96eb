package ropewalk.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What one borrower has on loan, in bytes, and how much it may (rule 8 of the state word).
///
/// A slow peer must not be able to freeze the whole pool: over its limit a lend is refused, and the
/// caller copies. A charge is made by [PageRef#tryLend], falls with the PageRef's release, and
/// moves along with it by [PageRef#moveCharge]. What all accounts of a pool hold is the pool's own
/// sum; at rest it is zero (invariant 10).
public final class Account {

  private static final VarHandle CHARGED;

  static {
    try {
      CHARGED = MethodHandles.lookup().findVarHandle(Account.class, "charged", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final FolioPool pool;
  private final String borrower;
  private final long limit;

  @SuppressWarnings("unused") // by CHARGED
  private volatile long charged;

  Account(FolioPool pool, String borrower, long limit) {
    this.pool = pool;
    this.borrower = borrower;
    this.limit = limit;
  }

  /// Who borrows, for messages.
  public String borrower() {
    return borrower;
  }

  /// The most bytes it may have on loan at a time.
  public long limit() {
    return limit;
  }

  /// The bytes it has on loan now.
  public long charged() {
    return (long) CHARGED.getOpaque(this);
  }

  /// Charges `bytes` if that stays within the limit.
  boolean tryCharge(long bytes) {
    long before = (long) CHARGED.getOpaque(this);
    for (; ; ) {
      if (bytes > limit - before) {
        return false;
      }
      long seen = (long) CHARGED.compareAndExchange(this, before, before + bytes);
      if (seen == before) {
        pool.charge(bytes);
        return true;
      }
      before = seen;
    }
  }

  /// Charges `bytes` whatever the limit: for what is on loan already and only divided anew.
  void charge(long bytes) {
    CHARGED.getAndAdd(this, bytes);
    pool.charge(bytes);
  }

  /// Takes a charge back.
  void discharge(long bytes) {
    CHARGED.getAndAdd(this, -bytes);
    pool.charge(-bytes);
  }

  /// For messages.
  @Override
  public String toString() {
    return "%s: %d of at most %d bytes on loan".formatted(borrower, charged(), limit);
  }
}
