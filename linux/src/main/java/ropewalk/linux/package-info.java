/// Linux's calls in Linux's words: numbers in, numbers out, no policy.
///
/// ```
///        engine, page, file, net ...             tests
///                    |                             |
///                    v                             v
///               Syscalls  <------------- faulty and fake hosts
///                    |
///              HostSyscalls       Fd  owns one number       Mapping, Scratch  own memory
///                    |
///                  Libc --- Cell (errno)          Iovec Msghdr Cmsg SockErr TcpInfo SockAddr
///                    |                            RareAddr Statx PollFd EpollEvent
///                    |                            draw what the kernel reads and writes
///                    v
///                 kernel          Abi  what differs on aarch64     Kernel  what this one can do
/// ```
///
/// Rules: a result is the kernel's own, zero or more, or -errno; nothing here throws for a refusal,
/// retries, or waits where the kernel would not; names are the kernel's; who asks for an exception
/// gets one that says what was asked, of what, and what came back.
///
/// Reading order: [Syscalls][ropewalk.linux.Syscalls],
/// [LinuxException][ropewalk.linux.LinuxException], [Fd][ropewalk.linux.Fd],
/// [Iovec][ropewalk.linux.Iovec], [HostSyscalls][ropewalk.linux.HostSyscalls],
/// [Abi][ropewalk.linux.Abi].
package ropewalk.linux;
