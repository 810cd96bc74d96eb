/// Where the bytes of files wait: a bounded page cache whose pages can be lent.
///
/// ```
///   CachedFile (file) ──► FileMap ──────► Runs ──► RunTree ──► Run ──► PageRef (GIFT folio)
///        one Holder per    one per (dev, ino)       index       64 KiB      │ lend
///        opener              │ miss    │ write          │ tags              ▼
///                            ▼         ▼                ▼               Borrower: pipe, queue, view
///   Backing (file) ◄──────  Fetch   Overwrite       DirtyRuns
///        ▲                   │         │ through, or    │ flush, sync, close: Syncing
///        │◄────────────────────────────┘ dirty          │ age, limits:        Background
///        └──────────────────────────── Writeback ◄──────┘
///                            ▼ room
///                        PageCache ── S3Fifo ── leaves: clean, unheld runs
/// ```
///
/// The one rule: *lent bytes do not change*. [ropewalk.cache.Overwrite] keeps it, by writing in
/// place only what nobody else holds, and replacing everything else. A reader meets the old version
/// or the new one of a run, never a mixture, and never one whose write to the file has failed.
///
/// The second one: *what the backing has not got stays*, and can be written: as long as there is a
/// dirty byte there is a [ropewalk.cache.Holder] whose backing can be written.
///
/// What waits for what: a reader or writer of a busy run waits for its end; a write waits for the
/// holders of a run, who are about to lend or copy; whoever moves the end of the file waits for
/// others who do; writes through, and truncates, wait for the writeback of their runs, which waits
/// for nobody. Busy runs are claimed one at a time (missing ones together, without waiting), the
/// size before any run, so nobody waits in a circle.
///
/// Others who write the file are noticed by `Strangers`, who asks the
/// [Reading][ropewalk.cache.Reading] of each fetch; who writes it past this cache goes by
/// [ropewalk.cache.Bypass].
///
/// Who reads what is there takes no lock: it finds the run in the index and counts itself in the
/// run's own word (`Held`), which everybody who changes the run shuts first.
///
/// Read in this order: [ropewalk.cache.FileMap], `Run`, `Runs`, `Lending`, `Fetch`, `Overwrite`,
/// `WriteBegin`, `DirtyRuns`, `Writeback`, `Syncing`, `WriteErrors`, `Writers`, `Background`,
/// `Truncation`, `EndOfFile`, [ropewalk.cache.PageCache], `S3Fifo`, `RunTree`,
/// [ropewalk.cache.Readahead], `Strangers`, [ropewalk.cache.Bypass].
///
/// To see it at work: [ropewalk.cache.CacheStats] counts, `CacheEvents` tells Flight Recorder of
/// what is rare (`ropewalk.Fetch`, `Version`, `Refusal`, `Writeback`, `Stall`), and a
/// [ropewalk.cache.Biography] records every page of one file. `Witness` is where all of it is
/// called; where nobody looks, it costs a look at a field.
package ropewalk.cache;
