package ropewalk.cache;

import java.io.IOException;
import ropewalk.page.PageRef;

/// Whoever is lent pages: a pipe (`pipe::offer`), a send queue, a view. The cache knows no more of
/// them than this.
@FunctionalInterface
public interface Borrower {
  /// *Takes* `ref` if there is room. Never waits.
  ///
  /// @return true if `ref` now belongs to the borrower; false if it still belongs to the caller
  /// @throws IOException if the borrower takes nothing any more; `ref` still belongs to the caller
  boolean offer(PageRef ref) throws IOException;
}
