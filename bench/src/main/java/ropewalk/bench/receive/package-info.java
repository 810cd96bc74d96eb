/// Two ways to wait for bytes of many sockets, side by side: a poll for each wait, or receives that
/// the kernel holds and a tray of folios for what comes.
///
/// ```
///   peer thread ── 100 B to some of many ──► Socket.fill ── 100 B back ──►      "small"
///   peer thread ── 1 MiB, again and again ─► Socket.fill, dropped               "stream"
/// ```
///
/// Both ends are in one process, and its CPU is counted whole; the peer's share is the same for
/// both ways.
@NullMarked
package ropewalk.bench.receive;

import org.jspecify.annotations.NullMarked;
