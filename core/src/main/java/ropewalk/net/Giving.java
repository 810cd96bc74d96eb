package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.Splices;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.pipe.Hold;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.Pipe;

/// Gives pages to a socket instead of having them copied: `vmsplice` into a kernel pipe, `splice`
/// out of it, no byte touched.
///
/// ```
///   cached folio ──lend──► slot ──vmsplice──► kernel pipe ──splice──► socket queue ──► receiver
///        │                                        the kernel holds the page from here on
///        └── GIVEN: a write makes a new version; at the last release the backing is dropped
/// ```
///
/// Strict all the same: a given folio is never written again, and its memory goes back to the pool
/// only through MADV_DONTNEED, after which the kernel still has the old pages and we have new ones
/// ([ropewalk.page.FolioPool#mayGive] says whether this kernel was seen to do so).
///
/// Only pages that are lent, which means cached and likely to be lent again, are given: dropping
/// and faulting in 64 KiB costs more than copying them once.
///
/// **Short gives.** Nothing is waited for after the first byte, so bytes may stay behind in the
/// kernel pipe. They are in our own pipe too, whose front is behind what the socket accepted: the
/// next give of the same front goes on with them, and whatever else comes first forgets them, by
/// closing the kernel pipe. So no byte is sent twice and none is lost.
final class Giving implements AutoCloseable {
  /// What the kernel pipe is asked to hold: the most that an ordinary user gets. Two calls then
  /// move a megabyte instead of 64 KiB. Cached 64 MiB files to a receiver that splices needed 0.061
  /// CPU-s/GB at 64 KiB, 0.047 at 256 KiB and 0.036 at 1 MiB.
  private static final int PIPE_BYTES = 1 << 20;

  /// The most ranges of one call. A pipe between a source and a sink of ours has sixteen slots; an
  /// iterator may have its pages one by one.
  static final int PIECES = 64;

  /// Below a page there is nothing to save.
  static final int WORTH_BYTES = 4096;

  private final Socket socket;
  private final Scratch iov = new Scratch(PIECES * (long) Iovec.SIZE);
  private final Hold hold = new Hold(PIECES);
  private @Nullable KernelPipe kernelPipe;
  private boolean isRefused;

  /// Bytes that wait in the kernel pipe: the front of the pipe that they came from, as long as its
  /// first range is this one.
  private long behind;

  private @Nullable PageRef front;
  private int generation;
  private long address;

  Giving(Socket socket) {
    this.socket = socket;
  }

  /// Whether this kernel and this socket give at all.
  boolean isPossible() {
    return !isRefused && socket.pool().mayGive();
  }

  /// Gives the front of `pipe`, at most `limit` bytes; parks before the first byte only.
  ///
  /// @return bytes that the socket accepted; 0 if what is in front can't go this way
  long give(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long bytes = pipe.bytes();
    long inHand = hold.take(pipe, limit);
    try {
      return giveInHand(hold.pipe(), inHand, more || inHand < bytes, true, tally);
    } finally {
      if (inHand > 0) {
        hold.giveBack();
      }
    }
  }

  /// Gives the front of `prepared`, which nobody else knows.
  ///
  /// @return bytes that the socket accepted; 0 if none can go this way, or if there is no room and
  ///   `mayWait` is false
  long give(Pipe prepared, boolean more, boolean mayWait, Tally tally) throws IOException {
    return giveInHand(prepared, prepared.bytes(), more, mayWait, tally);
  }

  /// Gives what is in hand: no close of the pipe that it came from can free a page that the kernel
  /// is about to take.
  private long giveInHand(Pipe pipe, long limit, boolean more, boolean mayWait, Tally tally)
      throws IOException {
    if (behind > 0 && (behind > limit || !isFront(pipe.peek()))) {
      forget();
    }
    KernelPipe through = null;
    if (behind > 0 || isWorth(pipe, limit)) {
      through = kernelPipe();
    }
    if (through == null) {
      return 0;
    }
    if (behind == 0) {
      behind = fill(through, pipe, min(limit, through.size()));
    }
    if (behind == 0) {
      return 0;
    }
    long sent = push(through, pipe, more || behind < limit, mayWait);
    tally.addGiven(sent);
    return sent;
  }

  /// Whether bytes wait in the kernel pipe for room in the socket.
  boolean isHalfway() {
    return behind > 0;
  }

  private boolean isWorth(Pipe pipe, long limit) {
    PageRef first = pipe.peek();
    return isPossible()
        && limit >= WORTH_BYTES
        && first != null
        && first.length() >= WORTH_BYTES
        && first.provenance() != Provenance.OWNED
        && first.folio().kind() == FolioClass.GIFT;
  }

  private boolean isFront(@Nullable PageRef first) {
    return first != null
        && first == front
        && first.generation() == generation
        && first.address() == address;
  }

  private void remember(@Nullable PageRef first) {
    front = first;
    generation = first == null ? 0 : first.generation();
    address = first == null ? 0 : first.address();
  }

  /// Forgets what stayed behind in the kernel pipe: it will be sent another way, or never.
  void forget() {
    behind = 0;
    remember(null);
    KernelPipe through = kernelPipe;
    if (through != null && through.isDirty()) {
      kernelPipe = null;
      through.close();
    }
  }

  /// The kernel pipe, opened at the first need; null where there are no descriptors left for one: a
  /// gather needs none.
  private @Nullable KernelPipe kernelPipe() {
    KernelPipe through = kernelPipe;
    if (through == null) {
      try {
        through = KernelPipe.open(socket.syscalls());
      } catch (IOException e) {
        isRefused = true;
        return null;
      }
      kernelPipe = through;
      widen(through);
    }
    return through;
  }

  private static void widen(KernelPipe through) {
    try {
      through.resize(PIPE_BYTES);
    } catch (IOException e) {
      // It works at any size.
    }
  }

  /// Puts pages into the kernel pipe, which is empty.
  private long fill(KernelPipe through, Pipe pipe, long length) throws IOException {
    int count = pipe.gatherGiven(iov.address(), PIECES, length);
    if (count == 0) {
      return 0;
    }
    Fd in = through.source();
    int number = in.enter();
    try {
      long given =
          socket.syscalls().vmsplice(number, iov.address(), count, Splices.SPLICE_F_NONBLOCK);
      if (given > 0) {
        through.markDirty();
        return given;
      }
      // EPERM, ENOSYS, EINVAL...: this kernel or container has no vmsplice for us. A signal came
      // first: the next drain tries again.
      isRefused = given != -Errno.EINTR;
      return 0;
    } finally {
      in.exit();
    }
  }

  /// Moves what is in the kernel pipe on into the socket, and forgets it in ours as it goes.
  private long push(KernelPipe through, Pipe pipe, boolean more, boolean mayWait)
      throws IOException {
    int flags = Splices.SPLICE_F_NONBLOCK | (more ? Splices.SPLICE_F_MORE : 0);
    long sent = 0;
    boolean isKnown = false;
    try {
      while (behind > 0) {
        long moved = spliceOnce(through.sink(), behind, flags, mayWait && sent == 0);
        if (moved == 0) {
          break;
        }
        pipe.consume(moved);
        behind -= moved;
        sent += moved;
      }
      isKnown = true;
    } catch (IOException e) {
      if (sent == 0) {
        throw e;
      }
    } finally {
      if (!isKnown) {
        forget();
      }
    }
    if (isRefused) {
      forget();
      return sent;
    }
    if (behind == 0) {
      through.markClean();
    }
    remember(behind == 0 ? null : pipe.peek());
    return sent;
  }

  /// @return bytes moved; 0 if there is no room and the caller would not wait for it, or if this
  ///   socket can't be spliced to: what is left goes by copy
  private long spliceOnce(Fd from, long length, int flags, boolean mayWait) throws IOException {
    Fd to = socket.fd();
    while (true) {
      int in = from.enter();
      long moved;
      try {
        int out = to.enter();
        try {
          moved = socket.syscalls().splice(in, -1, out, -1, length, flags);
        } finally {
          to.exit();
        }
      } finally {
        from.exit();
      }
      if (moved > 0) {
        return moved;
      }
      if (moved == -Errno.EAGAIN) {
        if (!mayWait) {
          return 0;
        }
        socket.awaitRoom();
      } else if (isRefusal(moved)) {
        isRefused = true;
        return 0;
      } else if (moved != -Errno.EINTR) {
        throw LinuxException.of(
            moved == 0 ? -Errno.EPIPE : moved, "splice", "fd_out", to, "length", length);
      }
    }
  }

  private static boolean isRefusal(long moved) {
    return moved == -Errno.EINVAL || moved == -Errno.ENOSYS || moved == -Errno.EOPNOTSUPP;
  }

  @Override
  public void close() {
    iov.close();
    KernelPipe through = kernelPipe;
    if (through != null) {
      kernelPipe = null;
      through.close();
    }
  }
}
