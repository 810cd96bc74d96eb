/// Direct I/O as the block layer sees it: one bio is one contiguous range of a file, and the pages
/// that go there or come from there.
///
/// ```
///   IovIter --extract--> parts --sections--> current --send--> Bio --gather--> iovec array --> kernel
///             pin 1                            pin 2           pin 3                            |
///              `- dropped when the parts       `- dropped when `- dropped by the completion <---'
///                 are used up                     it is sent
///
///   Dio   prepare (memory)  ->  claim of the file  ->  next, complete, next ...  ->  settled
///           |                                            |
///           +- aligned: ByReference, a Bio               +- split at a limit: clones, parent's pins
///           +- else: Blocks, by a bounce folio           +- old bytes first, where a block is kept
///           +- a hole: zeros, no I/O                     +- cut: the end goes back to the last byte
/// ```
///
/// Rules:
/// 1. Each bio has its own pin on each folio in it, taken when the folio is added and dropped once,
///    by the completion; a clone has none (contract 4.1, 4.6).
/// 2. Zero folios are asked for by [ropewalk.page.Folio#isZero] and never pinned (4.2).
/// 3. Whether pages were pinned is decided once, before the iterator moves (4.1.1).
/// 4. What was taken beyond whole blocks goes back to the iterator, exactly, and only if there is
///    something.
/// 5. Alignment is the file's answer, never an assumption; what doesn't fit is bounced and counted.
/// 6. A hole that was seen before the claim is looked at again under it.
/// 7. Nobody waits for memory or for the rate with the claim of the file in hand.
///
/// Read in this order: [ropewalk.bio.Alignment], [ropewalk.bio.BioLimits], [ropewalk.bio.Bio],
/// [ropewalk.bio.BioBuilder], [ropewalk.bio.Extents], [ropewalk.bio.Dio], ByReference, Blocks,
/// [ropewalk.bio.BioQueue], [ropewalk.bio.BioStats]. The life of a pin is drawn in
/// docs/design/direct.md.
package ropewalk.bio;
