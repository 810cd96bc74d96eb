/// Who waits for the kernel.
///
/// ```
///        caller             try ---> EAGAIN                         try again ---> done
///                                      |                                ^
///   .................................. | .............................. | ...................
///        engine                      await                            ready
///                                      |                                |
///                  virtual thread:   park --------> poller or ring ---> unpark
///                  platform thread:  poll(2) on the descriptor and a bell of its own
///
///                  a call on a file: the ring, or a worker; a virtual thread parks meanwhile
///
///        lane        a platform thread with a queue of its own: read, read, write --> await --> next
/// ```
///
/// Rules: whoever sleeps can be woken by the descriptor's close, the engine's close and an
/// interrupt; no carrier is held while the kernel takes its time; when a call has returned, the
/// kernel holds nothing of it.
///
/// Read in this order: [Engine]; EngineFrame, Gate, Watch, Waiter; Parking, Doorbell, Bell,
/// Interruptor; [EpollEngine], Interest; [RingEngine], SharedRing, Request; FileCall, Attempts,
/// Workers, Errand; [Flight], for calls that nobody waits for; [SendLanding] and Sends, for sends
/// without a copy; [Tray] and [Reception], for receives that the kernel holds; [Lookout], for who
/// watches many descriptors itself; [Lane], for who has a queue itself: LaneFrame, LaneRequest,
/// RingLane, KnownMemory, PlainLane. The picture at large: docs/design/engine.md.
@NullMarked
package ropewalk.engine;

import org.jspecify.annotations.NullMarked;
