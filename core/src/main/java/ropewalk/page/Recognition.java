package ropewalk.page;

import org.jspecify.annotations.Nullable;

/// Finds the folio in which a plain address lies, and pins it in the same step.
///
/// Memory that comes back from outside as an address may be the pool's own. It is taken for that
/// only while somebody keeps the folio (rule 10): the pin is one compare-and-set that refuses a
/// folio at rest, and only under the pin is the folio asked again whether it is still the one that
/// holds the bytes. Between the look and the pin it may have gone home and come out in another
/// size; then it is let go of again, and the answer is no.
final class Recognition {

  private Recognition() {}

  /// Pins the folio of `slab` that holds all of the `bytes` at `address`, for the kernel to read or
  /// to `write`; null if there is none that may be used so. Bytes that anybody may look at already
  /// are not pinned for writing.
  static @Nullable Folio tryPin(Slab slab, long address, long bytes, boolean write) {
    long into = address - slab.address();
    if (bytes <= 0 || into < 0 || into > slab.bytes() - bytes) {
      return null;
    }
    int page = (int) (into / slab.pageSize());
    for (int order = 0; 1 << order <= FolioPool.FOLIO_MAX / slab.pageSize(); order++) {
      Folio folio = slab.folioAt(page & -(1 << order));
      if (folio == null || !holds(folio, address, bytes)) {
        continue;
      }
      if (!(write ? folio.tryPinForWrite() : folio.tryPinForRead())) {
        return null;
      }
      if (holds(folio, address, bytes) && !(write && isPublished(folio))) {
        return folio;
      }
      folio.unpin();
      return null;
    }
    return null;
  }

  private static boolean holds(Folio folio, long address, long bytes) {
    return FolioWord.references(folio.wordAcquire()) != 0
        && address + bytes <= folio.address() + folio.size();
  }

  private static boolean isPublished(Folio folio) {
    long word = folio.wordAcquire();
    return FolioWord.has(word, FolioWord.UPTODATE) && !FolioWord.has(word, FolioWord.EXCLUSIVE);
  }
}
