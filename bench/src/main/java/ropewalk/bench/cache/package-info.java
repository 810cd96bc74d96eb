/// What the page cache costs and saves, in one process: no socket benchmark (those are beside it),
/// but the questions that only a cache is asked.
///
/// ```
///   CacheBench ──┬── send        Bench with the cells of a cache (warm, once, cold)
///                ├── breakeven   BreakEven ── Holding: ours, read + write, transferTo
///                ├── producer    Producer ── Writing: ours, FileChannel, a mapping
///                └── zipf        Zipf ── Reading: ours, mapping, FileChannel, Caffeine
///                      └── Book: figures by cell, subject and round ── .md, .json, .png
/// ```
///
/// Rules: in every round each subject has its turn, in an order drawn anew; ratios are those of one
/// round; what a subject holds in memory is said beside what it takes.
@NullMarked
package ropewalk.bench.cache;

import org.jspecify.annotations.NullMarked;
