package ropewalk.linux;

/// Words for sockets: families, types, options, message flags.
public final class Sockets {
  private Sockets() {}

  // ---- families

  /// None.
  public static final int AF_UNSPEC = 0;

  /// Names in the file system, and abstract ones.
  public static final int AF_UNIX = 1;

  /// IPv4.
  public static final int AF_INET = 2;

  /// IPv6.
  public static final int AF_INET6 = 10;

  /// Talks with the kernel.
  public static final int AF_NETLINK = 16;

  /// Frames.
  public static final int AF_PACKET = 17;

  /// The kernel's ciphers and digests.
  public static final int AF_ALG = 38;

  /// Between a virtual machine and its host.
  public static final int AF_VSOCK = 40;

  // ---- types

  /// A stream of bytes.
  public static final int SOCK_STREAM = 1;

  /// Datagrams.
  public static final int SOCK_DGRAM = 2;

  /// Below the transport.
  public static final int SOCK_RAW = 3;

  /// A stream of packets.
  public static final int SOCK_SEQPACKET = 5;

  /// Answers -EAGAIN instead of waiting.
  public static final int SOCK_NONBLOCK = 0x800;

  /// Not inherited by programs that are executed.
  public static final int SOCK_CLOEXEC = 0x80000;

  /// The longest queue of connections not yet accepted that the kernel grants by default.
  public static final int SOMAXCONN = 4096;

  // ---- protocols

  /// IPv4's options.
  public static final int IPPROTO_IP = 0;

  /// IPv4's control messages. As a protocol of datagrams: "ping" sockets, which need no privilege
  /// where `net.ipv4.ping_group_range` lets the group in.
  public static final int IPPROTO_ICMP = 1;

  /// TCP.
  public static final int IPPROTO_TCP = 6;

  /// UDP.
  public static final int IPPROTO_UDP = 17;

  /// IPv6's options.
  public static final int IPPROTO_IPV6 = 41;

  /// IPv6's control messages.
  public static final int IPPROTO_ICMPV6 = 58;

  /// Streams of messages over several paths.
  public static final int IPPROTO_SCTP = 132;

  /// What the sender says, headers included.
  public static final int IPPROTO_RAW = 255;

  /// TCP over several paths.
  public static final int IPPROTO_MPTCP = 262;

  // ---- levels

  /// Every socket's options.
  public static final int SOL_SOCKET = 1;

  /// TCP's.
  public static final int SOL_TCP = 6;

  /// UDP's.
  public static final int SOL_UDP = 17;

  /// AF_ALG's.
  public static final int SOL_ALG = 279;

  /// The TLS ULP's.
  public static final int SOL_TLS = 282;

  /// AF_VSOCK's, of its messages on the error queue.
  public static final int SOL_VSOCK = 287;

  // ---- options of every socket

  /// Takes an address that lingers.
  public static final int SO_REUSEADDR = 2;

  /// Its type, read only.
  public static final int SO_TYPE = 3;

  /// The pending error, taken by reading it.
  public static final int SO_ERROR = 4;

  /// May send to everybody.
  public static final int SO_BROADCAST = 6;

  /// Bytes of the send queue; the kernel doubles what is set.
  public static final int SO_SNDBUF = 7;

  /// Bytes of the receive queue; the kernel doubles what is set.
  public static final int SO_RCVBUF = 8;

  /// Asks a silent peer now and then.
  public static final int SO_KEEPALIVE = 9;

  /// What close does with unsent bytes: struct linger, two ints.
  public static final int SO_LINGER = 13;

  /// Several listeners on one port.
  public static final int SO_REUSEPORT = 15;

  /// Receives who sent.
  public static final int SO_PASSCRED = 16;

  /// Who connected: struct ucred, three ints.
  public static final int SO_PEERCRED = 17;

  /// Whether it listens.
  public static final int SO_ACCEPTCONN = 30;

  /// Its protocol.
  public static final int SO_PROTOCOL = 38;

  /// Its family.
  public static final int SO_DOMAIN = 39;

  /// Microseconds to poll the device before sleeping.
  public static final int SO_BUSY_POLL = 46;

  /// The CPU that handled its packets.
  public static final int SO_INCOMING_CPU = 49;

  /// Allows MSG_ZEROCOPY.
  public static final int SO_ZEROCOPY = 60;

  // ---- options of TCP and IP

  /// Bytes of the longest segment; before the connection a wish, after it what was agreed.
  public static final int TCP_MAXSEG = 2;

  /// Sends small segments at once.
  public static final int TCP_NODELAY = 1;

  /// Holds partial segments back.
  public static final int TCP_CORK = 3;

  /// Seconds of silence before asking.
  public static final int TCP_KEEPIDLE = 4;

  /// Seconds between questions.
  public static final int TCP_KEEPINTVL = 5;

  /// Questions before giving up.
  public static final int TCP_KEEPCNT = 6;

  /// What the connection knows of itself: progress figures, never a release.
  public static final int TCP_INFO = 11;

  /// Acknowledges at once, for now.
  public static final int TCP_QUICKACK = 12;

  /// Milliseconds that sent bytes may stay unacknowledged.
  public static final int TCP_USER_TIMEOUT = 18;

  /// Queue length for data in the first packet.
  public static final int TCP_FASTOPEN = 23;

  /// Unsent bytes below which it is writable.
  public static final int TCP_NOTSENT_LOWAT = 25;

  /// Puts a protocol above TCP: "tls".
  public static final int TCP_ULP = 31;

  /// Collects one datagram out of several sends.
  public static final int UDP_CORK = 1;

  /// Bytes per datagram when the kernel splits.
  public static final int UDP_SEGMENT = 103;

  /// Receives several datagrams as one.
  public static final int UDP_GRO = 104;

  /// Errors and completions on the error queue.
  public static final int IP_RECVERR = 11;

  /// The same for IPv6.
  public static final int IPV6_RECVERR = 25;

  /// Whether to split datagrams that are longer than the path takes: `IP_PMTUDISC_*`.
  public static final int IP_MTU_DISCOVER = 10;

  /// Bytes that the path to the peer takes at a time, of a connected socket; read only.
  public static final int IP_MTU = 14;

  /// [#IP_MTU_DISCOVER] for IPv6.
  public static final int IPV6_MTU_DISCOVER = 23;

  /// [#IP_MTU] for IPv6.
  public static final int IPV6_MTU = 24;

  /// Splits what is too long.
  public static final int IP_PMTUDISC_DONT = 0;

  /// Never splits: too long is -EMSGSIZE.
  public static final int IP_PMTUDISC_DO = 2;

  /// No IPv4 through this IPv6 socket.
  public static final int IPV6_V6ONLY = 26;

  // ---- messages

  /// Urgent data.
  public static final int MSG_OOB = 0x01;

  /// Leaves what it reads.
  public static final int MSG_PEEK = 0x02;

  /// Answer: control data did not fit.
  public static final int MSG_CTRUNC = 0x08;

  /// Answer: the datagram did not fit; question: tell its true length.
  public static final int MSG_TRUNC = 0x20;

  /// Answers -EAGAIN instead of waiting.
  public static final int MSG_DONTWAIT = 0x40;

  /// Waits until all is there.
  public static final int MSG_WAITALL = 0x100;

  /// Ends a record.
  public static final int MSG_EOR = 0x80;

  /// Reads the error queue: completions of MSG_ZEROCOPY.
  public static final int MSG_ERRQUEUE = 0x2000;

  /// -EPIPE without a signal. The VM ignores SIGPIPE, a program that embeds it may not.
  public static final int MSG_NOSIGNAL = 0x4000;

  /// More will follow: do not push yet.
  public static final int MSG_MORE = 0x8000;

  /// **Lends** the pages until a completion on the error queue.
  public static final int MSG_ZEROCOPY = 0x4000000;

  /// The kernel's own hint inside splice; ignored when user space sets it.
  public static final int MSG_SPLICE_PAGES = 0x8000000;

  /// Received descriptors are not inherited.
  public static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /// Control message: descriptors.
  public static final int SCM_RIGHTS = 1;

  /// Control message: who sent.
  public static final int SCM_CREDENTIALS = 2;

  /// Origin: nobody.
  public static final int SO_EE_ORIGIN_NONE = 0;

  /// Origin: this host, as for a datagram that is too long.
  public static final int SO_EE_ORIGIN_LOCAL = 1;

  /// Origin: a router or the peer, by ICMP.
  public static final int SO_EE_ORIGIN_ICMP = 2;

  /// Origin: the same for IPv6.
  public static final int SO_EE_ORIGIN_ICMP6 = 3;

  /// Origin of a MSG_ZEROCOPY completion in struct sock_extended_err.
  public static final int SO_EE_ORIGIN_ZEROCOPY = 5;

  /// Its code when the kernel copied after all.
  public static final int SO_EE_CODE_ZEROCOPY_COPIED = 1;

  // ---- shutdown and queue sizes

  /// No more receiving.
  public static final int SHUT_RD = 0;

  /// No more sending: the peer sees the end.
  public static final int SHUT_WR = 1;

  /// Neither.
  public static final int SHUT_RDWR = 2;

  /// ioctl: bytes not yet acknowledged, into the int at the argument; a progress figure, never a
  /// release.
  public static final int SIOCOUTQ = 0x5411;

  /// ioctl: bytes that can be received.
  public static final int SIOCINQ = 0x541b;

  /// ioctl: bytes not yet sent at all.
  public static final int SIOCOUTQNSD = 0x894b;
}
