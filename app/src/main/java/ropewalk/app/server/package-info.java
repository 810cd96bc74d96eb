/// What runs behind `./ropewalk serve`, a directory, shown by HTTP, by the page; and behind
/// `./ropewalk proxy`, connections joined with a target.
///
/// ```
///   Server ─┐         accept, at most connectionsMax at a time
///   Proxy ──┴─ Reception ──────────────────────────────► Connection      one virtual thread each
///                 │                                      │  Inflow      bytes in, with deadlines
///                 │ close(): idle ones end, busy ones    │  Answering   request ─► Answer
///                 │                                      │    Site, StatsPage
///                 │          finish until the deadline,  │  Outflow     head, MORE, then the pages
///                 │          then a reset                │  LogLine     one line for the log
///                 └────────────────────────────────────► Passage         connect, net.Relay, a line
/// ```
///
/// Rules:
/// 1. A response is a head and exactly as many bytes as the head says, or the connection ends by a
///    reset. A peer that keeps its connection can never take the next response for the rest of this
///    one.
/// 2. Bytes are moved strictly: what was handed over does not change when the file does.
/// 3. Whoever waits for a peer, waits with a deadline, parked: for the first byte of a request, for
///    the rest of its head, for room to send.
/// 4. Every request leaves one line, whatever became of it; a stranger's mischief is never a stack
///    trace.
/// 5. Only regular files and directories below the root are opened; the kernel walks the path
///    (RESOLVE_BENEATH).
///
/// What the bytes mean is in `ropewalk.http`; here is only what happens with them. Read
/// [Reception], [Server], [Connection], [Answering], [Site]; [Proxy], [Passage].
@NullMarked
package ropewalk.app.server;

import org.jspecify.annotations.NullMarked;
