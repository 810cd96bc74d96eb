package ropewalk.cache;

import java.io.IOException;

/// Where a [FileMap] reads what it misses and writes what it is told: a descriptor, in practice.
/// `file` implements it; the cache knows no descriptors.
///
/// The caller of each operation brings its own backing, so a map that outlives the file that filled
/// it holds nothing open. All calls may wait (a virtual thread parks); the map calls them with no
/// lock held.
public interface Backing {
  /// Fills pool memory, described by `count` iovecs at `iov`, from `offset` on.
  ///
  /// @return bytes read; short is a result, 0 is the end of the file
  long preadv(long iov, int count, long offset) throws IOException;

  /// Writes pool memory, described by `count` iovecs at `iov`, from `offset` on.
  ///
  /// @return bytes written, at least 1; short is a result
  long pwritev(long iov, int count, long offset) throws IOException;

  /// Sets the file's size.
  void truncate(long size) throws IOException;

  /// Waits until what was written is on the medium: fdatasync(2) if `isDataOnly`, else fsync(2). A
  /// failure is reported once by the kernel, and what was not written then is not tried again by
  /// it.
  void sync(boolean isDataOnly) throws IOException;

  /// Drops `length` bytes at `offset`: they read as zeros and take no room. The size stays.
  ///
  /// @throws UnsupportedOperationException if this backing has no holes
  default void punch(long offset, long length) throws IOException {
    throw new UnsupportedOperationException(
        "punch(offset=" + offset + ", length=" + length + ") of " + this);
  }

  /// Reserves room for `length` bytes at `offset`, so that writing them can't fail for want of it.
  /// A file that ends before grows, in zeros.
  ///
  /// @throws UnsupportedOperationException if this backing can't promise room
  default void preallocate(long offset, long length) throws IOException {
    throw new UnsupportedOperationException(
        "preallocate(offset=" + offset + ", length=" + length + ") of " + this);
  }

  /// The first byte of data at or behind `offset`; [Long#MAX_VALUE] if there is only hole to the
  /// end. A backing that knows no holes has data everywhere.
  default long nextData(long offset) throws IOException {
    return offset;
  }

  /// The first byte of a hole at or behind `offset`, the end of the file at the latest;
  /// [Long#MAX_VALUE] if `offset` is behind that, or the backing knows no holes.
  default long nextHole(long offset) throws IOException {
    return Long.MAX_VALUE;
  }

  /// Whether [#pwritev] returns only when the bytes are on the medium, as with O_DSYNC.
  default boolean isDurable() {
    return false;
  }

  /// Whether a write behind the end moves the end, as it does for all but devices.
  default boolean canGrow() {
    return true;
  }

  /// Called once, when nobody reads or writes through this backing any more, which may be some time
  /// after its [Holder] was released: what it has to write back is written first.
  default void close() {}

  /// The longest page that a write may hand over to be what is cached, in bytes: 0 for a type that
  /// takes none and has all bytes copied; 64 KiB if runs are written one by one; more if a stretch
  /// of runs is written by one call.
  default int offerMax() {
    return 0;
  }

  /// What the file looks like now.
  Stamp stamp() throws IOException;

  /// Begins a reading: what keeps strangers out of the file, as far as anything does, does so until
  /// its end.
  default Reading reading() throws IOException {
    return Reading.UNGUARDED;
  }
}
