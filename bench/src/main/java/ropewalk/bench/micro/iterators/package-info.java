/// What it costs to walk over many segments: `bench/run micro iterators`.
///
/// ```
///   copy      1 MiB out of 1, 16, 128, 256 or 4096 native segments into one; beside one plain copy
///   extract   the pages of 1024 segments of 64 bytes, in one call; beside one call per segment
/// ```
@NullMarked
package ropewalk.bench.micro.iterators;

import org.jspecify.annotations.NullMarked;
