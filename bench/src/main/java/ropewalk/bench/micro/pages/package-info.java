/// What one page costs whoever keeps its books: ours, Netty's adaptive allocator, Okio's segments.
/// Run with `bench/run micro pages`.
///
/// ```
///              take .. release   lend .. release   share .. release   claim, publish   header   memdup
///   ours       folio             loan              second owner       one word         piece    piece
///   Netty      buffer            retainedSlice     retainedDuplicate  -                buffer   buffer
///   Okio       segment           shared segment    shared segment     -                -        segment
/// ```
///
/// A method is a row of the table that [ropewalk.bench.micro.Micro] writes, a class is a column; so
/// methods that do the same have the same name.
@NullMarked
package ropewalk.bench.micro.pages;

import org.jspecify.annotations.NullMarked;
