/// What shape bytes have: one position over many runs of memory, and the one place that copies.
///
/// ```
///     SegmentIter: caller's memory --+
///     PageIter:    ranges of folios -+--> IovIter.walk(n, step) --> Copy.into, outOf, between
///     DiscardIter: nowhere ----------+         |                        |
///                                              v                        v
///                                 step(run, start, done, length)      Tally
///                                 answers what it did not do
/// ```
///
/// Rules:
/// 1. Count is the sum of what remains; revert undoes advance (invariant 6), never beyond the
///    start.
/// 2. Runs of no length may stand anywhere and are never shown to a step.
/// 3. User space copies in [Copy] and nowhere else, and counts it (invariant 7).
/// 4. Only ranges of folios get into an iovec array; the caller's memory is copied (rule 10).
///
/// Read in this order: [IovIter], [Step], [Copy], [Tally]; then the shapes.
package ropewalk.iov;
