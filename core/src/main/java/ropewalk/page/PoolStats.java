package ropewalk.page;

/// A pool at one moment. Bytes unless said otherwise; the parts are read one after the other.
///
/// @param ringTotal bytes of the ring slab
/// @param ringFree of these, at rest
/// @param giftTotal bytes of the gift slab
/// @param giftFree of these, at rest
/// @param reserve of the free bytes of each slab, kept back for versions and writeback
/// @param charged bytes on loan, as charged to all borrowers
/// @param waiting threads that wait for a folio
/// @param taken folios handed out since the start
/// @param refused takes that ended in a refusal
/// @param dropped given folios whose backing was dropped before reuse
/// @param quarantined bytes that are never used again because their memory is poisoned
public record PoolStats(
    long ringTotal,
    long ringFree,
    long giftTotal,
    long giftFree,
    long reserve,
    long charged,
    int waiting,
    long taken,
    long refused,
    long dropped,
    long quarantined) {

  /// Bytes that somebody holds.
  public long inUse() {
    return ringTotal - ringFree + giftTotal - giftFree - quarantined;
  }
}
