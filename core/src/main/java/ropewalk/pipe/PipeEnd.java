package ropewalk.pipe;

import java.io.IOException;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Abi;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;

/// One end of a [Pipe] with a mode of its own, as one of the two descriptors of `pipe2` has it.
///
/// ```
///   PipeEnd.ofSource --write--> +------+ --read--> PipeEnd.ofSink
///   O_NONBLOCK, O_DIRECT        | Pipe |           O_NONBLOCK
///   POLLOUT, POLLERR            +------+           POLLIN, POLLHUP
/// ```
///
/// Calls answer as the kernel's do: a count, 0 at the end, or [Pipe#NOT_NOW]; errors are
/// [LinuxException]s. The mode may be changed at any time, and holds for calls that begin after it.
/// Any number of ends may stand at one side of a pipe; the first that is closed closes that side.
public final class PipeEnd implements AutoCloseable {

  /// `O_NONBLOCK` and, at the source, `O_DIRECT`: packets.
  private static final int MODES = Open.O_NONBLOCK | Open.O_DIRECT;

  /// The largest size that can be asked for, in bytes.
  private static final long SIZE_MAX = 1L << 31;

  private final Pipe pipe;
  private final boolean isSource;
  private volatile int mode;
  private volatile boolean isClosed;

  private PipeEnd(Pipe pipe, boolean isSource, int mode) {
    this.pipe = pipe;
    this.isSource = isSource;
    mode(mode);
  }

  /// The end that bytes go into. Mode: `O_NONBLOCK`, `O_DIRECT` for packets, or 0.
  public static PipeEnd ofSource(Pipe pipe, int mode) {
    return new PipeEnd(pipe, true, mode);
  }

  /// The end that bytes come out of. Mode: `O_NONBLOCK` or 0.
  public static PipeEnd ofSink(Pipe pipe, int mode) {
    return new PipeEnd(pipe, false, mode);
  }

  /// The pipe.
  public Pipe pipe() {
    return pipe;
  }

  /// Whether it is the end that bytes go into.
  public boolean isSource() {
    return isSource;
  }

  /// Whether calls on it don't wait.
  public boolean isNonBlocking() {
    return (mode & Open.O_NONBLOCK) != 0;
  }

  /// Whether each write is a message of its own.
  public boolean isPackets() {
    return (mode & Open.O_DIRECT) != 0;
  }

  /// Whether it was closed.
  public boolean isClosed() {
    return isClosed;
  }

  /// Changes the mode.
  public void mode(int flags) {
    if ((flags & ~MODES) != 0) {
      throw new IllegalArgumentException("unknown modes: 0x" + Integer.toHexString(flags));
    }
    mode = flags;
  }

  /// `write(2)`: all of `source`, as [Pipe#write]. A write of no bytes is 0, even to a broken pipe.
  public long write(IovIter source, Tally tally) throws IOException {
    demand(true, "write");
    int packet = isPackets() ? Pipe.PACKET : Pipe.PLAIN;
    return pipe.write(source, packet | nonblock(), Pipe.FOREVER, tally);
  }

  /// `read(2)`: what there is, at most what `target` has room for, as [Pipe#read].
  public long read(IovIter target, Tally tally) throws IOException {
    demand(false, "read");
    return pipe.read(target, nonblock(), Pipe.FOREVER, tally);
  }

  /// `poll(2)`, of this end: what could be done without waiting.
  public int ready() {
    return pipe.ready() & (isSource ? Poll.POLLOUT | Poll.POLLERR : Poll.POLLIN | Poll.POLLHUP);
  }

  /// `F_GETPIPE_SZ`: bytes of whole pages that it holds.
  public long size() {
    return (long) pipe.slots() * Abi.pageSize();
  }

  /// `F_SETPIPE_SZ`: asks for room for `bytes` bytes, an unsigned number of 32 bits; rounded up to
  /// a power of two of pages. Answers the new size. Throws EINVAL beyond 2 GiB, EPERM above what a
  /// pipe of ours may have, EBUSY if more is in it.
  public long resize(long bytes) throws IOException {
    if (bytes < 0 || bytes > SIZE_MAX) {
      throw LinuxException.of(-Errno.EINVAL, "resize", "end", this, "bytes", bytes);
    }
    long pages = Math.max(1, -Math.floorDiv(-bytes, Abi.pageSize()));
    if (pages > Pipe.SLOTS_MAX) {
      throw LinuxException.of(-Errno.EPERM, "resize", "end", this, "bytes", bytes);
    }
    return (long) pipe.resize((int) pages) * Abi.pageSize();
  }

  /// Throws EBADF unless this is the `source` end (or the sink, if false) and open.
  public void demand(boolean source, String call) throws IOException {
    if (source != isSource || isClosed) {
      throw LinuxException.of(-Errno.EBADF, call, "end", this);
    }
  }

  private int nonblock() {
    return isNonBlocking() ? Pipe.NONBLOCK : Pipe.PLAIN;
  }

  /// Closes this side of the pipe.
  @Override
  public void close() {
    isClosed = true;
    if (isSource) {
      pipe.closeSource();
    } else {
      pipe.closeSink();
    }
  }

  /// For messages.
  @Override
  public String toString() {
    return (isSource ? "source" : "sink") + (isClosed ? " (closed)" : "") + " of " + pipe;
  }
}
