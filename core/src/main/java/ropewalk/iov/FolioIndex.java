package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// An index of folios by position, as the XARRAY shape needs it; `cache` implements it.
///
/// ```
///   position  0          4096              12288        16384
///             +-----------+------------------+ - - - - - +---------
///             |  range 0  |     range 1      |   hole    | range 2
///             +-----------+------------------+ - - - - - +---------
///   find(5000) lends range 1, start(5000) = 4096; find(13000) = null
/// ```
///
/// Positions and ranges agree within a page: the byte at position `p` lies at an address that is
/// `p` modulo the page size. Whoever builds an iterator over an index keeps its ranges where they
/// are for as long.
public interface FolioIndex {

  /// *Lends* the range that holds the byte at `position`; null in a hole.
  @Nullable PageRef find(long position);

  /// The position of the first byte of the range that [#find] lends for `position`.
  long start(long position);
}
