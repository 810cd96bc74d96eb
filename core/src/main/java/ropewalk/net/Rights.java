package ropewalk.net;

import static java.lang.Math.max;
import static java.lang.Math.min;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.PageRuns;
import ropewalk.iov.Tally;
import ropewalk.linux.Cmsg;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// Descriptors beside the bytes of an AF_UNIX socket (SCM_RIGHTS), and who owns them when.
///
/// ```
///   sender            kernel                            receiver
///   Fd, lent ──dup──► in flight with the first byte ──► a new number, CLOEXEC ──► Fd, given
///                                                       no room for all of them? all are closed
/// ```
///
/// A descriptor that arrived is open in this process from that moment on, whether anybody looks at
/// it or not. So each is put into an [Fd] before anything else can fail, and closed if anything
/// does. A plain receive passes no room for them: the kernel then closes them itself.
///
/// Sent and received seldom, so its memory is taken for the call.
final class Rights {
  /// A note beside descriptors is short. Of a stream, no more goes with them.
  private static final int NOTE_MAX = 64 << 10;

  private static final int PIECES = 16;
  private static final long HEADER = PIECES * (long) Iovec.SIZE;
  private static final long CONTROL = HEADER + Msghdr.SIZE;

  private Rights() {}

  /// Sends bytes of `iter` with `descriptors`, which are *lent* for the call. Parks for room. Of a
  /// stream it may send fewer bytes than there are; the descriptors go with the first. A message
  /// goes whole.
  ///
  /// @return the bytes that were accepted; `iter` has moved by as many
  /// @throws IOException if nothing was sent; the iterator has not moved
  static long send(SocketFrame socket, boolean isStream, IovIter iter, Fd... descriptors)
      throws IOException {
    if (iter.count() == 0) {
      throw new IllegalArgumentException("descriptors need a byte to go with");
    }
    if (descriptors.length == 0 || descriptors.length > Cmsg.SCM_MAX_FD) {
      throw new IllegalArgumentException(
          "1 to %d descriptors go with one message, not %d"
              .formatted(Cmsg.SCM_MAX_FD, descriptors.length));
    }
    int[] numbers = new int[descriptors.length];
    int entered = 0;
    int control = Cmsg.space(descriptors.length * Integer.BYTES);
    try (Scratch words = new Scratch(CONTROL + control)) {
      for (Fd descriptor : descriptors) {
        numbers[entered] = descriptor.enter();
        entered++;
      }
      Cmsg.setRights(words.address() + CONTROL, numbers);
      long sent = sendBytes(socket, isStream, iter, words.address(), control);
      socket.addAccepted(sent);
      return sent;
    } finally {
      while (entered > 0) {
        entered--;
        descriptors[entered].exit();
      }
    }
  }

  private static long sendBytes(
      SocketFrame socket, boolean isStream, IovIter iter, long words, int control)
      throws IOException {
    long ours = PageRuns.ours(iter);
    if (ours == iter.count() || (isStream && ours > 0)) {
      int count = iter.gather(words, PIECES, ours);
      if (isStream || bytes(words, count) == iter.count()) {
        long sent = call(socket, words, count, control);
        iter.advance(sent);
        return sent;
      }
    }
    long length = isStream ? min(iter.count(), NOTE_MAX) : iter.count();
    if (length > FolioPool.FOLIO_MAX) {
      throw new MessageTooLongException(length, FolioPool.FOLIO_MAX, socket);
    }
    try (PageRef note = socket.pool().take((int) length, FolioClass.RING)) {
      long copied = Copy.outOf(iter, note.target(), 0, length, new Tally());
      long sent = 0;
      try {
        if (copied < length) {
          throw new IOException("sendDescriptors(" + iter + "): the next byte is not there");
        }
        Iovec.set(words, 0, note.address(), length);
        sent = call(socket, words, 1, control);
        return sent;
      } finally {
        iter.revert(copied - sent);
      }
    }
  }

  private static long call(SocketFrame socket, long words, int count, int control)
      throws IOException {
    long message = words + HEADER;
    Fd fd = socket.fd();
    while (true) {
      Msghdr.set(message, 0, 0, words, count, words + CONTROL, control);
      int number = fd.enter();
      long sent;
      try {
        sent =
            socket.syscalls().sendmsg(number, message, Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL);
      } finally {
        fd.exit();
      }
      if (sent > 0) {
        return sent;
      }
      if (sent == -Errno.EMSGSIZE) {
        throw new MessageTooLongException(bytes(words, count), -1, socket);
      }
      if (sent == -Errno.EAGAIN) {
        socket.awaitRoom();
      } else if (sent != -Errno.EINTR) {
        throw LinuxException.of(
            sent == 0 ? -Errno.EPIPE : sent, "sendmsg", "fd", fd, "control", "SCM_RIGHTS");
      }
    }
  }

  /// Receives into `target` what one call brings, and at most `descriptorsMax` descriptors, which
  /// are **given**. Parks for the first byte.
  ///
  /// @throws IOException if more came than there was room for: all are closed then, and the bytes
  ///   beside them are gone
  static Received receive(
      SocketFrame socket, boolean isStream, MemorySegment target, int descriptorsMax)
      throws IOException {
    if (descriptorsMax < 1 || descriptorsMax > Cmsg.SCM_MAX_FD) {
      throw new IllegalArgumentException(
          "room for 1 to %d descriptors, not %d".formatted(Cmsg.SCM_MAX_FD, descriptorsMax));
    }
    if (isStream && target.byteSize() == 0) {
      throw new IllegalArgumentException("no room for the byte that descriptors come with");
    }
    int room = (int) min(max(target.byteSize(), 1), isStream ? NOTE_MAX : FolioPool.FOLIO_MAX);
    // Not padded: with the padding's room the kernel would pass one more than was asked for.
    int control = Cmsg.length(descriptorsMax * Integer.BYTES);
    try (Scratch words = new Scratch(CONTROL + Cmsg.space(descriptorsMax * Integer.BYTES))) {
      while (true) {
        try (PageRef note = socket.pool().take(room, FolioClass.RING)) {
          Iovec.set(words.address(), 0, note.address(), room);
          long got = receiveOnce(socket, isStream, words.address(), control);
          if (got >= 0) {
            return received(socket, isStream, words.address() + HEADER, note, got, target);
          }
        }
        socket.awaitBytes();
      }
    }
  }

  /// @return bytes, or -EAGAIN
  private static long receiveOnce(SocketFrame socket, boolean isStream, long words, int control)
      throws IOException {
    int flags =
        Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC | (isStream ? 0 : Sockets.MSG_TRUNC);
    Fd fd = socket.fd();
    while (true) {
      Msghdr.set(words + HEADER, 0, 0, words, 1, words + CONTROL, control);
      int number = fd.enter();
      long got;
      try {
        got = socket.syscalls().recvmsg(number, words + HEADER, flags);
      } finally {
        fd.exit();
      }
      if (got >= 0 || got == -Errno.EAGAIN) {
        return got;
      }
      if (got != -Errno.EINTR) {
        throw LinuxException.of(got, "recvmsg", "fd", fd);
      }
    }
  }

  private static Received received(
      SocketFrame socket,
      boolean isStream,
      long message,
      PageRef note,
      long got,
      MemorySegment target)
      throws IOException {
    List<Fd> descriptors = taken(socket, message);
    boolean isGiven = false;
    try {
      if ((Msghdr.flags(message) & Sockets.MSG_CTRUNC) != 0) {
        throw new IOException(
            "recvmsg(fd=%s): more descriptors came than there was room for; %d of them, and %d bytes, were dropped"
                .formatted(socket.fd(), descriptors.size(), got));
      }
      if (got == 0 && isStream) {
        return Received.ENDED;
      }
      long length = min(min(got, note.length()), target.byteSize());
      Copy.bytes(Memory.segment(note.address(), max(length, 1)), 0, target, 0, length, new Tally());
      isGiven = true;
      return new Received(length, got, null, descriptors);
    } finally {
      if (!isGiven) {
        descriptors.forEach(Fd::close);
      }
    }
  }

  /// Puts every descriptor that came into an [Fd].
  private static List<Fd> taken(SocketFrame socket, long message) {
    List<Fd> descriptors = new ArrayList<>();
    for (long c = Cmsg.first(message); c != 0; c = Cmsg.next(message, c)) {
      int count = Cmsg.isRights(c) ? Cmsg.rights(c) : 0;
      for (int i = 0; i < count; i++) {
        descriptors.add(new Fd(socket.syscalls(), Cmsg.right(c, i), "received"));
      }
    }
    return descriptors;
  }

  private static long bytes(long iov, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Iovec.length(iov, i);
    }
    return sum;
  }
}
