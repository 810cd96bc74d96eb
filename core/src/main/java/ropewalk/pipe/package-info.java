/// In what order bytes wait: our ring of references, and the kernel's pipe beside it.
///
/// ```
///   a Source fills                                     a Sink drains
///     push, offer --> | ref | ref | ref | . | . | --> peek, gather, consume | take, poll
///     awaitRoom                Pipe                   awaitBytes
///     closeSource: the end follows                    closeSink: released, and pushes break
///     write: bytes are copied in                      read: bytes are copied out
///
///     PipeEnd: one end with a mode, as a descriptor    Hold: the first ranges, in a drain's hand
///     moveTo, tee: references from pipe to pipe; no byte is touched
/// ```
///
/// Rules:
/// 1. Order of slots is order of bytes; head minus tail never exceeds the capacity; each new slot
///    says its flags (invariant 5).
/// 2. Wait before the first byte only (invariant 8).
/// 3. A range of no bytes is released, never kept, and never means the end.
/// 4. A written page's rest belongs to its slot: only there can a write append, and only while
///    nothing else was put behind it.
/// 5. Whoever drains without the lock has the front in hand; who else wants it waits.
/// 6. A kernel pipe that may still hold bytes is closed, never used again.
///
/// Read in this order: [Pipe], Turnstile, Ring, Slot; Intake, Writing, Reading, Transfer, [Hold];
/// [PipeEnd]; [KernelPipe], [KernelPipes].
package ropewalk.pipe;
