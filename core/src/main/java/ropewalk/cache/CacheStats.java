package ropewalk.cache;

/// What a page cache did since it was opened, and what it holds now.
///
/// @param bytes memory held by cached runs
/// @param bytesMax the bound of `bytes`
/// @param runs how many runs are cached
/// @param hits runs found where they were looked for
/// @param misses runs that had to be read
/// @param reads calls to a backing that filled runs; one call may fill many
/// @param loans references lent
/// @param refusals loans that were refused (a charge at its limit), so that bytes were copied
/// @param versions runs replaced by a write because the old bytes were on loan, given or pinned
/// @param inPlace runs written where they were
/// @param evictions runs that left to make room
/// @param drops runs that left because the file was changed, truncated or closed
/// @param unwritten memory held by runs that are dirty or being written back
/// @param writebacks calls that wrote dirty runs to a backing, failed ones too; one may write many
/// @param writtenBack bytes that they wrote
/// @param stalls writes that had to write back first, because too much was dirty
/// @param offersTaken pages of a writer's that were taken over instead of copied
/// @param offersRefused pages that were offered and copied all the same
/// @param holes runs that were found to be zeros of a sparse file: they take no memory
public record CacheStats(
    long bytes,
    long bytesMax,
    long runs,
    long hits,
    long misses,
    long reads,
    long loans,
    long refusals,
    long versions,
    long inPlace,
    long evictions,
    long drops,
    long unwritten,
    long writebacks,
    long writtenBack,
    long stalls,
    long offersTaken,
    long offersRefused,
    long holes) {
  static CacheStats of(PageCache cache, long bytes, long runs) {
    return new CacheStats(
        bytes,
        cache.bytesMax,
        runs,
        cache.hits.sum(),
        cache.misses.sum(),
        cache.reads.sum(),
        cache.loans.sum(),
        cache.refusals.sum(),
        cache.versions.sum(),
        cache.inPlace.sum(),
        cache.evictions.sum(),
        cache.drops.sum(),
        cache.background.bytes(),
        cache.background.writebacks(),
        cache.background.writtenBack(),
        cache.background.stalls(),
        cache.offersTaken.sum(),
        cache.offersRefused.sum(),
        cache.holes.sum());
  }
}
