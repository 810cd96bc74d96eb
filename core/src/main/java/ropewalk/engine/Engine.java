package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.Fd;
import ropewalk.linux.Syscalls;

/// Waits for the kernel, so that callers may simply block.
///
/// Everything above the engine is written as if calls blocked: it tries, and when the kernel says
/// EAGAIN it [awaits][#await]. What a wait costs depends on who waits: a virtual thread is parked
/// and its carrier carries on, a platform thread sleeps in poll(2). No call of the engine holds a
/// carrier while the kernel takes its time.
///
/// Both engines are complete and pass one suite. io_uring is the default where the kernel grants
/// it; many places do not (containers forbid it as a rule), and there epoll and plain calls do the
/// same work.
///
/// ## Ends of a wait
///
/// | what happens | what the caller sees |
/// |---|---|
/// | the descriptor is ready, or broken | the events poll(2) would report, [ERR and HUP included][#await] |
/// | the deadline passes | [java.net.SocketTimeoutException], with descriptor, events and time waited |
/// | [Fd#close] on the descriptor | [java.nio.channels.AsynchronousCloseException], promptly |
/// | [Thread#interrupt] | [java.nio.channels.ClosedByInterruptException]; the descriptor **is closed**, status kept |
/// | [#close] on the engine | [java.nio.channels.AsynchronousCloseException] |
/// | any call after that | [java.nio.channels.ClosedChannelException] |
///
/// An interrupt closes, as it does for every interruptible channel of the JDK, and for the same
/// reason: whoever is interrupted between try and retry may have left half a message behind, and
/// the next user of the stream could not know. File calls and [#blocking] are not interruptible:
/// the kernel does not interrupt disk I/O either. They finish, and the status stays set.
///
/// ## When a call has returned
///
/// the kernel holds nothing of it: no request in flight, no pointer into the caller's memory, no
/// reference to the descriptor. Thread-safe throughout.
public sealed interface Engine extends AutoCloseable permits RingEngine, EpollEngine {

  /// Which engine to open.
  enum Choice {
    /// io_uring if the kernel grants it with all we need, else epoll.
    AUTO,
    /// io_uring or an error that says why not.
    IO_URING,
    /// epoll and plain calls.
    EPOLL
  }

  /// A deadline, in terms of [System#nanoTime], that never comes.
  long FOREVER = Long.MAX_VALUE;

  /// The deadline that is `nanos` from now.
  static long in(long nanos) {
    long deadline = System.nanoTime() + nanos;
    return deadline == FOREVER ? deadline - 1 : deadline;
  }

  /// Opens an engine over `syscalls`; the caller owns it and closes it.
  static Engine open(Syscalls syscalls, Choice choice) throws IOException {
    String whyNot = "";
    if (choice != Choice.EPOLL) {
      try {
        return RingEngine.open(syscalls);
      } catch (IOException e) {
        if (choice == Choice.IO_URING) {
          throw e;
        }
        whyNot = String.valueOf(e.getMessage());
      }
    }
    return EpollEngine.open(syscalls, whyNot);
  }

  /// `io_uring` or `epoll`.
  String name();

  /// Why this engine is not io_uring, in a sentence that says what the kernel answered; empty if it
  /// is, or nobody asked.
  String whyNot();

  /// What the engine makes its calls through.
  Syscalls syscalls();

  /// Waits until `fd` is ready for one of `pollEvents` (POLLIN, POLLOUT, ...) or broken (POLLERR,
  /// POLLHUP, asked or not), and returns what it is ready for. Readiness is a hint: try again, and
  /// await again on EAGAIN. Descriptors that are always ready, such as files, return at once.
  /// Several threads may wait on one descriptor, each for its own events.
  ///
  /// @param deadlineNanos in terms of [System#nanoTime], see [#in], or [#FOREVER]
  int await(Fd fd, int pollEvents, long deadlineNanos) throws IOException;

  /// Reads from a file that may have to ask its disk. Short counts are results, 0 is the end;
  /// errors are [ropewalk.linux.LinuxException]s. `address` stays the caller's and alive until the
  /// call returns.
  long pread(Fd fd, long address, long length, long offset) throws IOException;

  /// Writes to a file that may have to wait for its disk; else as [#pread].
  long pwrite(Fd fd, long address, long length, long offset) throws IOException;

  /// [#pread] into `count` pieces of memory described by the iovec array at `iov`.
  long preadv(Fd fd, long iov, int count, long offset) throws IOException;

  /// [#pwrite] from `count` pieces of memory described by the iovec array at `iov`.
  long pwritev(Fd fd, long iov, int count, long offset) throws IOException;

  /// Waits until what was written is on the medium: fsync(2), or fdatasync(2) if `dataOnly`.
  void fsync(Fd fd, boolean dataOnly) throws IOException;

  /// Begins a read and waits for nothing; `landing` hears of its end. As many may be under way at a
  /// time, on one file or on many, as somebody starts. The memory is lent until then. Throws only
  /// if nothing was begun; what the kernel refuses later lands as `-errno`.
  Flight startRead(Fd fd, long address, long length, long offset, Landing landing)
      throws IOException;

  /// Begins a write; else as [#startRead].
  Flight startWrite(Fd fd, long address, long length, long offset, Landing landing)
      throws IOException;

  /// [#startRead] into `count` pieces of memory; the iovec array at `iov` is lent as they are.
  Flight startReadv(Fd fd, long iov, int count, long offset, Landing landing) throws IOException;

  /// [#startWrite] from `count` pieces of memory; the iovec array at `iov` is lent as they are.
  Flight startWritev(Fd fd, long iov, int count, long offset, Landing landing) throws IOException;

  /// Begins fsync(2), or fdatasync(2) if `dataOnly`. It is not ordered behind writes that have not
  /// landed.
  Flight startFsync(Fd fd, boolean dataOnly, Landing landing) throws IOException;

  /// Whether [#startSendMessage] works here: io_uring since 6.2. Which sockets can, their sends
  /// tell.
  boolean canSendZeroCopy();

  /// Sends what the [ropewalk.linux.Msghdr] at `message` describes, without a copy where the path
  /// allows: what sendmsg(2) with MSG_DONTWAIT would answer, a count or `-errno`. EAGAIN: no room,
  /// [await][#await] some; EINTR is repeated; EOPNOTSUPP: not on this kind of socket; ENOBUFS and
  /// ENOMEM: too much is pinned, copy instead.
  ///
  /// Header, iovecs, name and control messages are *lent* for the call. If the answer is above 0
  /// the pages are *lent* until `landing` hears of it, which it does exactly once, on a thread of
  /// the engine's and maybe before this returns; also if the descriptor is closed meanwhile. If the
  /// answer is 0 or an error nothing is lent, and `landing` never hears. [#close] waits until all
  /// pages are back: see to it that the peer takes them, or reset the connection.
  ///
  /// @param flags `MSG_*`, such as MSG_MORE
  /// @throws UnsupportedOperationException where [#canSendZeroCopy] says so
  long startSendMessage(Fd fd, long message, int flags, SendLanding landing) throws IOException;

  /// Makes any other call that may block (openat2, copy_file_range, a name look-up): on the
  /// caller's own thread if that is a platform thread, else on a worker while the virtual thread is
  /// parked. EINTR is repeated; all other results, `-errno` included, are handed back as they come.
  /// The caller guards the descriptors the call uses ([Fd#enter]).
  long blocking(BlockingCall call) throws IOException;

  /// Makes memory known to the kernel in advance, as far as engine, kernel and lock limit allow, so
  /// that calls on files with one range inside of it are cheaper; one piece of memory at a time.
  /// The memory is *lent* until the registration or the engine is closed, and must keep its pages.
  Registration register(long address, long bytes);

  /// Opens a tray of this many buffers, a power of two, for sockets to receive into; the caller
  /// owns it, and closes it before the engine. Throws where there is no io_uring, or one before
  /// 6.0.
  Tray openTray(int buffers) throws IOException;

  /// What has been done so far.
  EngineStats stats();

  /// Has `hook` run once at the beginning of [#close], on the closing thread, while the engine can
  /// still be used: for who must let go of something first. On a closed engine it runs at once.
  void onClose(Runnable hook);

  /// Takes a hook away again; nothing happens when it is not there.
  void offClose(Runnable hook);

  /// Runs what [#onClose] was given, wakes everybody who waits, waits for the kernel to let go of
  /// every request, then frees what the engine holds. Idempotent.
  @Override
  void close();
}
