/// In what order bytes wait: our ring of references, and the kernel's pipe beside it.
///
/// ```
///   a Source fills                                     a Sink drains
///     push, offer --> | ref | ref | ref | . | . | --> peek, gather, consume | take, poll
///     awaitRoom                Pipe                   awaitBytes
///     closeSource: the end follows                    closeSink: released, and pushes break
///
///     moveTo, tee: references from pipe to pipe; no byte is touched
/// ```
///
/// Rules:
/// 1. Order of slots is order of bytes; head minus tail never exceeds the capacity; each new slot
///    says its flags (invariant 5).
/// 2. Wait before the first byte only (invariant 8).
/// 3. A range of no bytes is released, never kept, and never means the end.
/// 4. A kernel pipe that may still hold bytes is closed, never used again.
///
/// Read in this order: [Pipe], Ring, Slot, Transfer; [KernelPipe], [KernelPipes].
package ropewalk.pipe;
