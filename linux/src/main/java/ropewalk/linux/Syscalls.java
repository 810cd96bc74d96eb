package ropewalk.linux;

import java.lang.foreign.MemorySegment;

/// Linux's calls in Linux's words: one method per call, no policy.
///
/// **Results** are the kernel's own: zero or more, or **-errno** ([Errno]). No call throws, retries
/// or loops; a short count is a result. Whoever wants an exception asks [LinuxException#of(long,
/// String, Object...)] for one.
///
/// **Memory** is passed in two ways. A `long` is an address: its owner keeps the memory alive for
/// the call, and for asynchronous calls until the completion. A [MemorySegment] must be native and
/// is guarded for the length of the call by the virtual machine, so that memory of callers can be
/// passed (a shared arena closed meanwhile is refused, not a crash). No method takes, lends or
/// gives memory beyond the call, except where it says so.
///
/// **Threads.** All methods may be called from any thread. A call that blocks in the kernel holds
/// its carrier when it comes from a virtual thread: descriptors are opened non-blocking and waited
/// for by an engine.
///
/// **Offsets.** `-1` for an offset means "use the descriptor's own position and move it". Any other
/// offset is explicit and the position stays; the caller adds the result.
///
/// **Pairs** ([#pipe2], [#socketpair]) come packed in one `long`: see [#first] and [#second].
///
/// Implementations: [HostSyscalls] asks the kernel; tests have faulty and fake ones.
public interface Syscalls {

  /// The first descriptor of a packed pair: the read end of a pipe.
  static int first(long pair) {
    return (int) pair;
  }

  /// The second descriptor of a packed pair: the write end of a pipe.
  static int second(long pair) {
    return (int) (pair >>> 32);
  }

  // ---- files

  /// Opens `path` relative to `dirfd` ([Open#AT_FDCWD] for the working directory) with [Open]
  /// flags; `resolve` is a set of `RESOLVE_*`. A path with a NUL inside answers -EINVAL.
  int openat2(int dirfd, String path, int flags, int mode, int resolve);

  /// Closes a number. After any answer, -EINTR included, the number is no longer ours.
  int close(int fd);

  /// Reads at the descriptor's own position; 0 is the end of the file.
  long read(int fd, long address, long length);

  /// Reads into callers' memory at the descriptor's own position.
  long read(int fd, MemorySegment target);

  /// Writes at the descriptor's own position.
  long write(int fd, long address, long length);

  /// Writes callers' memory at the descriptor's own position.
  long write(int fd, MemorySegment source);

  /// Reads at `offset`.
  long pread(int fd, long address, long length, long offset);

  /// Reads into callers' memory at `offset`.
  long pread(int fd, MemorySegment target, long offset);

  /// Writes at `offset`.
  long pwrite(int fd, long address, long length, long offset);

  /// Writes callers' memory at `offset`.
  long pwrite(int fd, MemorySegment source, long offset);

  /// Reads into `count` [Iovec]s at `iov`; `flags` are `RWF_*` of [FileFlags].
  long preadv2(int fd, long iov, int count, long offset, int flags);

  /// Writes `count` [Iovec]s at `iov`; `flags` are `RWF_*` of [FileFlags].
  long pwritev2(int fd, long iov, int count, long offset, int flags);

  /// Moves the descriptor's own position and answers the new one; `whence` is `SEEK_*` of
  /// [FileFlags].
  long lseek(int fd, long offset, int whence);

  /// Sets the size of a file.
  int ftruncate(int fd, long length);

  /// Allocates, punches or zeroes a range; `mode` is `FALLOC_FL_*` of [FileFlags].
  int fallocate(int fd, int mode, long offset, long length);

  /// Waits until data and metadata are on the disk.
  int fsync(int fd);

  /// Waits until the data, and the metadata needed to find it, are on the disk.
  int fdatasync(int fd);

  /// Fills the [Statx] at `address`; an empty path with [Open#AT_EMPTY_PATH] asks about `dirfd`
  /// itself.
  int statx(int dirfd, String path, int flags, int mask, long address);

  /// One of the `F_*` commands of [Fcntl]; commands that take a structure take its address.
  int fcntl(int fd, int command, long argument);

  /// A device's own call; the argument is a number or an address, as the request has it.
  int ioctl(int fd, long request, long argument);

  /// Lets the kernel copy between two files: by reference where the file system can.
  long copyFileRange(int fdIn, long offsetIn, int fdOut, long offsetOut, long length);

  /// Sends a file's bytes to another descriptor. Note the order: target first, as the kernel has
  /// it.
  long sendfile(int fdOut, int fdIn, long offsetIn, long length);

  /// Removes a name, or with [Open#AT_REMOVEDIR] an empty directory.
  int unlinkat(int dirfd, String path, int flags);

  /// Renames; `flags` are `RENAME_*` of [FileFlags].
  int renameat2(int dirfdOld, String pathOld, int dirfdNew, String pathNew, int flags);

  /// Gives a file one more name; an empty old path with [Open#AT_EMPTY_PATH] names the descriptor
  /// itself.
  int linkat(int dirfdOld, String pathOld, int dirfdNew, String pathNew, int flags);

  /// Tells the kernel how a range will be used; `advice` is `POSIX_FADV_*` of [FileFlags].
  int fadvise(int fd, long offset, long length, int advice);

  // ---- pipes

  /// Opens a pipe: read end first, write end second. `flags` are [Open#O_CLOEXEC],
  /// [Open#O_NONBLOCK], [Open#O_DIRECT] (packets).
  long pipe2(int flags);

  /// Moves bytes between two descriptors, of which one is a pipe; `flags` are `SPLICE_F_*` of
  /// [Splices].
  long splice(int fdIn, long offsetIn, int fdOut, long offsetOut, long length, int flags);

  /// Doubles the bytes of one pipe into another without taking them from the first.
  long tee(int fdIn, int fdOut, long length, int flags);

  /// Puts user pages into a pipe, or copies a pipe's bytes out, by the end that `fd` is. Into a
  /// pipe it **lends** the pages for as long as they are in flight, and with
  /// [Splices#SPLICE_F_GIFT] it **gives** them: the kernel never says when it is done.
  long vmsplice(int fd, long iov, int count, int flags);

  // ---- memory

  /// Opens an anonymous file in memory; `flags` are `MFD_*` of [Maps].
  int memfdCreate(String name, int flags);

  /// Maps memory and answers its address; `protection` and `flags` are `PROT_*` and `MAP_*` of
  /// [Maps].
  long mmap(long address, long length, int protection, int flags, int fd, long offset);

  /// Unmaps. The caller proves that nobody uses the range any more.
  int munmap(long address, long length);

  /// Tells the kernel what to do with a range; `advice` is `MADV_*` of [Maps].
  int madvise(long address, long length, int advice);

  // ---- sockets

  /// Opens a socket; the words are in [Sockets].
  int socket(int domain, int type, int protocol);

  /// Opens two connected sockets, packed as by [#pipe2].
  long socketpair(int domain, int type, int protocol);

  /// Gives the socket the [SockAddr] at `address`.
  int bind(int fd, long address, int length);

  /// Starts to take connections.
  int listen(int fd, int backlog);

  /// Takes one connection; the peer's [SockAddr] goes to `address`, whose room stands in the `int`
  /// at `addressLength` and becomes its true length (both 0: not wanted).
  int accept4(int fd, long address, long addressLength, int flags);

  /// Connects to the [SockAddr] at `address`; -EINPROGRESS when non-blocking.
  int connect(int fd, long address, int length);

  /// Ends one or both directions: `SHUT_*` of [Sockets].
  int shutdown(int fd, int how);

  /// The socket's own address; the lengths as for [#accept4].
  int getsockname(int fd, long address, long addressLength);

  /// The peer's address; the lengths as for [#accept4].
  int getpeername(int fd, long address, long addressLength);

  /// Sets an option from `length` bytes at `value`.
  int setsockopt(int fd, int level, int name, long value, int length);

  /// Reads an option into `value`, whose room stands in the `int` at `valueLength`.
  int getsockopt(int fd, int level, int name, long value, long valueLength);

  /// Sends bytes; `flags` are `MSG_*` of [Sockets]. The caller passes [Sockets#MSG_NOSIGNAL]
  /// itself. With [Sockets#MSG_ZEROCOPY] the memory is **lent** until the completion on the error
  /// queue.
  long send(int fd, long address, long length, int flags);

  /// Sends callers' memory.
  long send(int fd, MemorySegment source, int flags);

  /// Receives bytes; 0 is the end of a stream.
  long recv(int fd, long address, long length, int flags);

  /// Receives into callers' memory.
  long recv(int fd, MemorySegment target, int flags);

  /// As [#recv(int, MemorySegment, int)], and writes who sent it at `address`; the 32-bit length at
  /// `addressLength` says how much room is there, and then how long the name was.
  long recvfrom(int fd, MemorySegment target, int flags, long address, long addressLength);

  /// Sends what the [Msghdr] at `message` describes.
  long sendmsg(int fd, long message, int flags);

  /// Receives into what the [Msghdr] at `message` describes.
  long recvmsg(int fd, long message, int flags);

  // ---- events

  /// Opens an epoll descriptor; `flags` may be [Poll#EPOLL_CLOEXEC].
  int epollCreate1(int flags);

  /// Adds, changes or drops interest: `operation` is `EPOLL_CTL_*` of [Poll], `event` an
  /// [EpollEvent].
  int epollCtl(int epfd, int operation, int fd, long event);

  /// Waits for at most `max` [EpollEvent]s; a negative time-out waits for ever.
  int epollWait(int epfd, long events, int max, int timeoutMillis);

  /// Waits on `count` [PollFd]s; a negative time-out waits for ever.
  int poll(long fds, int count, int timeoutMillis);

  /// Opens a counter that can be polled; `flags` are `EFD_*` of [Poll].
  int eventfd(int initial, int flags);

  // ---- rings

  /// Opens an io_uring; `params` is a `struct io_uring_params` that the kernel fills in.
  int ioUringSetup(int entries, long params);

  /// Submits and waits; `argument` is a signal mask or, with `IORING_ENTER_EXT_ARG`, an extended
  /// argument.
  int ioUringEnter(int fd, int toSubmit, int minComplete, int flags, long argument, long size);

  /// Registers buffers, files and more with a ring. Buffers are **lent** until unregistered.
  int ioUringRegister(int fd, int opcode, long argument, int count);

  // ---- this process and this kernel

  /// Installs a filter over this thread's calls (tests deny io_uring by it): words in [Seccomp].
  int seccomp(int operation, int flags, long argument);

  /// This thread's or process's own settings: words in [Seccomp].
  int prctl(int option, long a, long b, long c, long d);

  /// A fact of the C library, `_SC_*` of [Limits]; -EINVAL for an unknown name.
  long sysconf(int name);

  /// Fills the two longs at `address` with the soft and hard limit: `RLIMIT_*` of [Limits].
  int getrlimit(int resource, long address);

  /// Fills the [Uname] at `address`.
  int uname(long address);

  /// The time of `clock` ([Clocks]), into the timespec at `address`: seconds, then nanoseconds, a
  /// long each.
  int clockGettime(int clock, long address);
}
