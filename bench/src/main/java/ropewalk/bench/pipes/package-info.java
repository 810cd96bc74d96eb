/// Bytes between two threads of one process: ours beside what a JVM program has today. Run with
/// `bench/run pipes [--quick]`.
///
/// ```
///   filled and summed     one thread fills pieces of 64 KiB, the other adds up every byte
///   handed over           the same pieces, which nobody touches
/// ```
///
/// All subjects run in one process, by turns, round after round; a figure is the median of the
/// rounds. CPU time is the process's own, so both threads and the kernel's work for them.
@NullMarked
package ropewalk.bench.pipes;

import org.jspecify.annotations.NullMarked;
