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

  /// What the file looks like now.
  Stamp stamp() throws IOException;
}
