/// Where bytes live beyond this process: stream sockets, TCP and AF_UNIX.
///
/// ```
///                 fill  ◄── Inbound  ◄── recv into pool folios
///   Pipe ◄──► Socket                                            ◄──► the kernel
///                 drain ──► Outbound ──► one gather of the slots
///
///   Socket ◄──► Relay ◄──► Socket      spliced through kernel pipes, no byte in user space;
///                 │                    many relays on each thread of Relays
/// ```
///
/// Read in this order: [ropewalk.net.Address], [ropewalk.net.Socket], [ropewalk.net.Tcp],
/// [ropewalk.net.Unix], [ropewalk.net.Listener], [ropewalk.net.Relay], [ropewalk.net.Relays].
package ropewalk.net;
