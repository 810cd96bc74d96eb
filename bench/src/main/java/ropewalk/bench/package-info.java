/// Ropewalk and its peers side by side, in one run, on one machine.
///
/// ```
///   Bench ── Run ──┬─ sender process, one per Subject        core 0 ──┐ socket
///     │            ├─ receiver process (C, or Java)          core 1 ◄─┘
///     │            └─ Meter: the kernel's CPU time of each process
///     └── Report ── Ratio, Chart ── bench/results/NAME.json, .md, -*.png
/// ```
///
/// Every [ropewalk.bench.Subject] is a process of its own that stays alive, so its CPU time is its
/// own to the nanosecond. In every round each subject sends once, in an order drawn anew; a ratio
/// compares two subjects of the same round. Read in this order: Cell, Subject, Run, Ratio, Report.
/// Relays have a bench of their own (RelayBench), and so have direct reads (DirectBench,
/// DirectCell, DirectSubject, Fio). What a page cache is asked is in `cache`; the cells of files
/// that are sent once (Heat) are here, and where ours stands beside the best C program (Standing).
@NullMarked
package ropewalk.bench;

import org.jspecify.annotations.NullMarked;
