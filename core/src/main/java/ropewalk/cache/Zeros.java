package ropewalk.cache;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// The zeros that all runs of holes have for a version: one reference for all of them, so that no
/// hole is too large for the folio's counts. Nobody closes them but the cache.
///
/// Shared: guarded by its own lock. Made by the first hole.
final class Zeros {
  private final FolioPool pool;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable PageRef zeros;
  private boolean isClosed;

  Zeros(FolioPool pool) {
    this.pool = pool;
  }

  /// *Lends* a run of zeros, until the cache is closed.
  PageRef lend() {
    lock.lock();
    try {
      PageRef lent = zeros;
      if (lent == null) {
        if (isClosed) {
          throw new IllegalStateException("this page cache is closed");
        }
        lent = pool.zeros(Run.SIZE);
        zeros = lent;
      }
      return lent;
    } finally {
      lock.unlock();
    }
  }

  /// Lets them go. Idempotent.
  void close() {
    lock.lock();
    try {
      isClosed = true;
      if (zeros != null) {
        zeros.close();
        zeros = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
