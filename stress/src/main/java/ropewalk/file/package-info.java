/// Races of [ropewalk.file]: calls on a file meet its close in the counts of `Users`.
///
/// ```
///   actor 1 ───►  [ count ] [ count ] [ closed ]  ◄─── actor 2
///      enter, use, exit                               close, exit
/// ```
@org.jspecify.annotations.NullMarked
package ropewalk.file;
