/// Races of [ropewalk.cache]: those who read what is cached meet those who change it in one word of
/// `Held`, and nowhere else.
///
/// ```
///               one run, one word
///   actor 1 ───►  [ holders | open ]  ◄─── actor 2
///      hold, copy, let go                 shut, write, open
/// ```
@org.jspecify.annotations.NullMarked
package ropewalk.cache;
