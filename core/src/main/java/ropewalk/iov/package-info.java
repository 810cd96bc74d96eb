/// What shape bytes have: one position over many runs of memory, and the one place that copies.
///
/// ```
///   the caller's     UBUF, IOVEC --------+
///   the house's      KVEC ---------------+
///   folios           BVEC, FOLIOQ -------+--> IovIter.walk(n, step) --> Copy.into, outOf, between
///   an index         XARRAY (FolioIndex)-+         |                        |
///   a pipe           PIPE (SlotRing) ----+         |                        v
///   parts            LIST ---------------+         |                      Tally
///   nowhere          DISCARD ------------+         v
///                                        |    step(run, start, done, length)
///                                        |    answers what it did not do
///                                        |
///                                        +--> extract --> Extraction: folio, address, length;
///                                                         Cleanup NONE | REFERENCE | PIN
/// ```
///
/// Rules:
/// 1. Count is the sum of what remains; revert undoes advance (invariant 6), never beyond the
///    start, and never frees memory that I/O still targets.
/// 2. Runs of no length may stand anywhere and are never shown to a step.
/// 3. User space copies in [Copy] and nowhere else, and counts it (invariant 7).
/// 4. Only memory of the house gets into an iovec array; the caller's is copied (rule 10).
/// 5. How pages are given back is fixed when they are taken, by the shape, and done exactly once.
/// 6. Where a low room needs a high one it owns the interface: [SlotRing] (pipe), [FolioIndex]
///    (cache).
///
/// Read in this order: RunCursor, [IovIter], [Step], [Copy], [Tally]; then the shapes ([Shape]);
/// then [Extraction].
package ropewalk.iov;
