/// What sockets cost: messages of pages, small messages, and the size from which on pages should go
/// by reference.
///
/// ```
///   SocketsBench ──┬── Message    header + 64 pages + trailer ──┐
///                  ├── Small      64 B to 1 KiB                 ├── Stage ──► Peer or C ──► echo.c
///                  └── Crossover  copy, MSG_ZEROCOPY, SEND_ZC ──┘     └─ Calls (perf)
///                            └── Book: figures by cell, subject and round ── .md, .json, .png
/// ```
///
/// Rules: each subject is a process of its own on core 0 that lives through the whole run, the one
/// receiver is a process on core 1; in every round each subject has its turn, in an order drawn
/// anew; CPU is that of the process, asked from outside; system calls are counted by the kernel in
/// a sample that is not timed.
@NullMarked
package ropewalk.bench.sockets;

import org.jspecify.annotations.NullMarked;
