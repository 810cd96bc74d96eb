/// Where pages wait that were handed to a socket: the life of a sent page.
///
/// ```
///   sendMessage --ranges of folios--> SendEntry: pin + charge --MSG_ZEROCOPY--> kernel
///                                        |              or SENDMSG_ZC             |
///                                     SendQueue, in order of submission           | done with it
///                                        |                                        v
///   memory is back <--unpin, once--------+<------- Ranges <------- the error queue: [low, high]
///                                        +<----------------------- or the ring's second answer
/// ```
///
/// Rules:
/// 1. A page is pinned before the kernel sees it and until exactly one notification has named its
///    send; acknowledgements and queue sizes never free memory (rule 7).
/// 2. A completion releases exactly the pins that its submission took (invariant 9).
/// 3. Over a socket's limit, and where the kernel has no room for more, bytes are copied; nobody
///    who sends is told of it by an error.
/// 4. Whoever closes a socket leaves the queue behind, which ends when the last page is back.
///
/// Read in this order: [SendQueue], [SendEntry], Ranges; Notices, ErrorQueue, Collector; [Parting],
/// Stay; [Threshold].
package ropewalk.send;
