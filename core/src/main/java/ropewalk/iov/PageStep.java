package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.page.Folio;

/// What [IovIter#eachPage] does with each page. No lock is held while it runs.
@FunctionalInterface
public interface PageStep {

  /// Works on `size` bytes of the page at `page`, from `from` within it on. `folio` is null for
  /// memory of the house that is no folio. A negative answer refuses this page and ends the walk.
  int page(@Nullable Folio folio, long page, int from, int size);
}
