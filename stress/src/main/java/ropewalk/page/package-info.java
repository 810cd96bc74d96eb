/// The state word under real concurrency: each test sets two holders against each other on one
/// folio and lists every outcome that may be seen, with the reason.
///
/// ```
///                 one folio, one word
///      actor 1 ---->  [ refs | loans | pins | reads | flags ]  <---- actor 2
///         get, lend, read, pin, put                 claim, steal, put
///                               |
///                            arbiter: what is left, and how often it came home
/// ```
///
/// The transitions are [ropewalk.page.FolioWord]'s table; a test lives in this package to reach
/// them without a door that others could use too. Run them by `stress/run`, which says how.
@org.jspecify.annotations.NullMarked
package ropewalk.page;
