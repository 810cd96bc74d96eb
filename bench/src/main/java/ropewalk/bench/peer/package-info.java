/// What runs in the sender processes: one [ropewalk.bench.peer.Way] per subject, driven over stdin
/// by the same three words as the C peers.
///
/// ```
///   harness --stdin--> peer process (one Way) --bytes--> receiver process
///           <-stdout-- figures
/// ```
@NullMarked
package ropewalk.bench.peer;

import org.jspecify.annotations.NullMarked;
