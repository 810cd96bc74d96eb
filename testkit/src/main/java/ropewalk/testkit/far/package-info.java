/// A far end for sends that are to complete: a link into a namespace of its own, whose ingress can
/// be told to drop what arrives, and a listener behind it that can go on acknowledging what it
/// never got.
///
/// ```
///   this process                              |  network namespace
///                                             |
///   socket ── MSG_ZEROCOPY ─► veth ═══════ veth ──╳ drop()   ──► listener  (FarEnd's process)
///      ▲                                      |                     │ sequence numbers: TCP_REPAIR
///      └──── "got it", "reset" ◄── raw socket, blind acknowledger ◄─┘
/// ```
///
/// Why: over loopback and over a plain veth the kernel copies what was sent by reference, since the
/// receiver would share the pages. What is dropped at the ingress hook is never delivered to a
/// socket, so it is never copied: a datagram completes when it is dropped, and a stream completes
/// when somebody acknowledges it. Nobody does, unless told to.
///
/// Rules: a link is removed with everything behind it by its close. Nothing here listens on the
/// machine's own addresses. A tap (tcpdump) on either device makes the kernel copy, and the
/// completions say so.
///
/// Read [ropewalk.testkit.far.DroppingLink] first, then [ropewalk.testkit.far.FarEnd].
@NullMarked
package ropewalk.testkit.far;

import org.jspecify.annotations.NullMarked;
