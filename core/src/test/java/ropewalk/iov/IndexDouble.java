package ropewalk.iov;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// An index of folios with holes wherever nothing was put. Owns what was.
final class IndexDouble implements FolioIndex, AutoCloseable {

  private final TreeMap<Long, PageRef> ranges = new TreeMap<>();

  /// Puts a range at `position`. *Takes* it.
  void put(long position, PageRef page) {
    if ((page.address() - position) % Lab.PAGE != 0) {
      throw new IllegalArgumentException(page + " does not agree with position " + position);
    }
    ranges.put(position, page);
  }

  @Override
  public @Nullable PageRef find(long position) {
    Map.Entry<Long, PageRef> before = ranges.floorEntry(position);
    return before == null || position >= before.getKey() + before.getValue().length()
        ? null
        : before.getValue();
  }

  @Override
  public long start(long position) {
    return ranges.floorKey(position);
  }

  @Override
  public void close() {
    ranges.values().forEach(PageRef::close);
    ranges.clear();
  }
}
