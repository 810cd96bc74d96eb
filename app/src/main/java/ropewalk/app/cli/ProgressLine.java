package ropewalk.app.cli;

/// What the line of a copy says: bytes, share, rate, time left; or that nothing comes any more.
///
/// Drawn by a clock and not by the bytes, since the moment when none arrive is the one in which
/// somebody looks. Fed with plain numbers, so that a test can be the clock.
final class ProgressLine {
  /// After so long without a byte the copy is called stalled. Disks and networks pause for tenths.
  private static final double STALLED_SECONDS = 1;

  /// Share of the newest reading in the rate: steady enough to read, quick enough to follow.
  private static final double NEWEST = 0.3;

  private final long total;
  private long bytes;
  private double seconds;
  private double movedAt;
  private double rate = -1;

  /// @param total bytes to come, or negative if nobody knows
  ProgressLine(long total) {
    this.total = total;
  }

  /// Reads the meter: `bytes` have moved `seconds` after the start.
  String at(long bytes, double seconds) {
    double elapsed = seconds - this.seconds;
    if (elapsed > 0) {
      double newest = (bytes - this.bytes) / elapsed;
      rate = rate < 0 ? newest : NEWEST * newest + (1 - NEWEST) * rate;
    }
    if (bytes > this.bytes) {
      movedAt = seconds;
    }
    this.bytes = bytes;
    this.seconds = seconds;
    return say(seconds - movedAt);
  }

  private String say(double idleSeconds) {
    StringBuilder line = new StringBuilder(ByteSize.say((double) bytes));
    if (total > 0) {
      line.append(" of ").append(ByteSize.say((double) total));
      line.append("  ").append(Math.min(100, (long) (bytes * 100.0 / total))).append(" %");
    }
    if (idleSeconds >= STALLED_SECONDS) {
      return line.append("  stalled for ").append(time(idleSeconds)).toString();
    }
    if (rate > 0) {
      line.append("  ").append(ByteSize.say(rate)).append("/s");
      if (total > bytes) {
        line.append("  ").append(time((total - bytes) / rate)).append(" left");
      }
    }
    return line.toString();
  }

  /// `0:07`, `12:34`, `1:02:03`.
  static String time(double seconds) {
    long whole = (long) Math.min(seconds, 359_999);
    long hours = whole / 3600;
    String minutes = "%d:%02d".formatted(whole / 60 % 60, whole % 60);
    return hours == 0 ? minutes : "%d:%02d:%02d".formatted(hours, whole / 60 % 60, whole % 60);
  }
}
