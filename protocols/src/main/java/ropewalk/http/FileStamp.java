package ropewalk.http;

import java.time.Instant;

/// What is known of a file's state at the moment when its answer is decided; equal stamps are taken
/// for equal bytes.
///
/// They are not proof: a write within the same tick of the kernel's clock (up to 4 ms; Linux 6.13
/// has finer ticks for files that somebody asks about) changes bytes without changing times.
///
/// @param size in bytes
/// @param modified the content's time, in nanoseconds since 1970
/// @param changed the inode's time, in nanoseconds since 1970: a program can set `modified` back,
///   not this
/// @param inode which file it is; another one renamed to its place has another
public record FileStamp(long size, long modified, long changed, long inode) {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /// The content's time.
  public Instant lastModified() {
    return Instant.ofEpochSecond(
        Math.floorDiv(modified, NANOS_PER_SECOND), Math.floorMod(modified, NANOS_PER_SECOND));
  }
}
