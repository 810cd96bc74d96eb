/// What runs in the sender processes: one [ropewalk.bench.peer.Way] per subject, driven over stdin
/// by the same three words as the C peers.
@NullMarked
package ropewalk.bench.peer;

import org.jspecify.annotations.NullMarked;
