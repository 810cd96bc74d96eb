/// Where bytes live beyond this process: sockets, of streams (TCP, AF_UNIX) and of messages (UDP,
/// AF_UNIX datagrams and packets, and any other family of the kernel's).
///
/// ```
///                 fill  ◄── Inbound  ◄── recv into pool folios
///                             ▲ Arrivals ◄── what came meanwhile, by a ReceiveTray (an option)
///   Pipe ◄──► Socket                                            ◄──► the kernel
///                 drain ──► Outbound ──► one gather of the slots
///                 sendMessage ──► header + pages + trailer in one call
///
///   Pipe ◄──► MessageSocket ◄── MessageIn, MessageOut: one call, one message ──► the kernel
///
///   Pipe ──► Parcel ── sendDescriptors ──► another process ──► Source, the same pages
///
///   Socket ◄──► Relay ◄──► Socket      spliced through kernel pipes, no byte in user space;
///                 │                    many relays on each thread of Relays
/// ```
///
/// Read in this order: [ropewalk.net.Address], [ropewalk.net.SendFlags], SocketFrame,
/// [ropewalk.net.Socket], [ropewalk.net.Tcp], [ropewalk.net.Unix], [ropewalk.net.Listener],
/// [ropewalk.net.MessageSocket], [ropewalk.net.Udp], [ropewalk.net.UnixDatagram],
/// [ropewalk.net.SeqPacket], [ropewalk.net.OtherSocket], [ropewalk.net.Parcel],
/// [ropewalk.net.Relay], [ropewalk.net.Relays].
package ropewalk.net;
