/// Where bytes live on disk, and the odd ends: `zero:`, `null:`, standard input and output.
///
/// ```
///                     ┌ PlainFile ── Cursor ─── the kernel's page cache
///   Source, Sink ◄────┤ CachedFile ─ CachedCursor ─ FileMap (cache) ─ FileBacking ─┐
///                     │ MemFile ──── CachedCursor ─ FileMap (cache)                │
///   (splice)          │ DirectFile ─ DirectCursor ─ DirectCalls ─ Dio (bio) ───────┤
///                     │ StreamEnd ── StreamCalls                                   ├── Fd
///                     └ ZeroSource, NullSink                  Root, Opening ───────┘
/// ```
///
/// Everything is opened by openat2 with O_CLOEXEC, through the engine. A file target that is
/// [created][ropewalk.file.PlainFile#create] appears under its name whole or not at all.
///
/// While a cached file is read something guards it against others who write it, if anything can
/// ([ropewalk.file.Guard]): `Guarding`, `Lease`, `Snapshot`. `DirectBacking` is the cache's way
/// past the kernel's.
///
/// Read in this order: [ropewalk.file.PlainFile], `Cursor`, `Replacement`,
/// [ropewalk.file.PagedFile] (what files in our cache have in common), [ropewalk.file.CachedFile],
/// [ropewalk.file.MemFile], [ropewalk.file.View], `CachedOpening`, `CachedCursor`,
/// [ropewalk.file.DirectFile], `DirectCalls`, `DirectCursor`, [ropewalk.file.StreamEnd],
/// `StreamCalls`, [ropewalk.file.Root].
package ropewalk.file;
