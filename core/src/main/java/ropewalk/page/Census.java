package ropewalk.page;

/// A slab at one moment. Bytes unless said otherwise.
///
/// @param kind which slab
/// @param bytes of it
/// @param free of these, at rest
/// @param reserve of the free ones, kept back
/// @param largestFree the largest run of them
/// @param out folios that somebody holds
/// @param lent of these, how many are on loan
/// @param pinned of these, how many the kernel or a device is at work on
/// @param waiting threads in the queue
/// @param taken folios handed out since the start
/// @param refused takes that ended in a refusal
/// @param dropped given folios whose backing was dropped before reuse
/// @param quarantined bytes that are never used again
record Census(
    FolioClass kind,
    long bytes,
    long free,
    long reserve,
    long largestFree,
    int out,
    int lent,
    int pinned,
    int waiting,
    long taken,
    long refused,
    long dropped,
    long quarantined) {

  @Override
  public String toString() {
    return ("%s slab of %d KiB: %d KiB free (reserve %d KiB, largest run %d KiB), %d folios out of"
            + " which %d lent and %d pinned, %d waiting")
        .formatted(
            kind,
            bytes >> 10,
            free >> 10,
            reserve >> 10,
            largestFree >> 10,
            out,
            lent,
            pinned,
            waiting);
  }
}
