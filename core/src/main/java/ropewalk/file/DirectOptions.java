package ropewalk.file;

import ropewalk.bio.BioLimits;
import ropewalk.bio.BioQueue;

/// How a [DirectFile] goes to the disk.
///
/// @param mayBounce whether what doesn't fit the file's alignment is bounced and counted; if not,
///   it is refused, by an error that says what was asked and what the file demands
/// @param depth the most I/Os under way at one time, of all owners together
/// @param bytesPerSecond the most bytes a second, of all owners together
/// @param limits how large one I/O becomes
public record DirectOptions(boolean mayBounce, int depth, long bytesPerSecond, BioLimits limits) {

  /// Bounces, as deep and as fast as the disk takes it.
  public static final DirectOptions DEFAULT =
      new DirectOptions(true, BioQueue.DEPTH, BioQueue.UNLIMITED, BioLimits.DEFAULT);

  /// The same, but what doesn't fit is refused.
  public DirectOptions refusing() {
    return new DirectOptions(false, depth, bytesPerSecond, limits);
  }

  /// The same with another depth.
  public DirectOptions withDepth(int most) {
    return new DirectOptions(mayBounce, most, bytesPerSecond, limits);
  }

  /// The same with another rate.
  public DirectOptions withRate(long bytes) {
    return new DirectOptions(mayBounce, depth, bytes, limits);
  }

  /// The same with other limits for one I/O.
  public DirectOptions withLimits(BioLimits bounds) {
    return new DirectOptions(mayBounce, depth, bytesPerSecond, bounds);
  }
}
