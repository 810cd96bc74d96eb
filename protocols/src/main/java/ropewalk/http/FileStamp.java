package ropewalk.http;

import java.time.Instant;

/// What is known of a file's state at the moment when its answer is decided; equal stamps are taken
/// for equal bytes.
///
/// A write within the same tick of the kernel's clock (up to 4 ms; Linux 6.13 has finer ones for
/// files that somebody asks about) changes bytes without changing times. That is as far as a
/// stranger can see; writes through our own cache count `version` up and are seen always.
///
/// @param size in bytes
/// @param modified the content's time, in nanoseconds since 1970
/// @param changed the inode's time, in nanoseconds since 1970: a program can set `modified` back,
///   not this
/// @param inode which file it is; another one renamed to its place has another
/// @param version how often our own cache has changed it
public record FileStamp(long size, long modified, long changed, long inode, long version) {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /// The content's time.
  public Instant lastModified() {
    return Instant.ofEpochSecond(
        Math.floorDiv(modified, NANOS_PER_SECOND), Math.floorMod(modified, NANOS_PER_SECOND));
  }
}
