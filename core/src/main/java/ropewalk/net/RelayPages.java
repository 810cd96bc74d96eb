package ropewalk.net;

import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.KernelPipe;

/// One way of a [Relay] where the kernel won't splice from its source or to its sink: the same
/// steps by `recv` into a folio of the pool and `send` out of it. Two copies by the kernel, none by
/// us.
///
/// ```
///   folio   | sent | to be sent | room |      recv only when nothing is to be sent: one receive,
///           0    start         end     length   as many sends as the sink needs
/// ```
///
/// A sink that refuses does so when bytes are in the kernel pipe already: [#send] reads them out of
/// there first, so that none is lost and none goes twice.
///
/// Calls answer as [RelayWay]'s splice does: bytes, 0 at the end, `-errno`, or
/// `-`[RelayWay#CLOSED]. One thread; owns its folio until [#close].
final class RelayPages implements AutoCloseable {
  /// What one receive brings at most: what a kernel pipe of the default size passes on.
  private static final int BYTES = 64 << 10;

  private final Syscalls syscalls;
  private final PageRef folio;
  private int start;
  private int end;

  private RelayPages(Syscalls syscalls, PageRef folio) {
    this.syscalls = syscalls;
    this.folio = folio;
  }

  /// Whether an answer means that the kernel doesn't splice these two at all.
  static boolean isRefusal(long answer) {
    return answer == -Errno.EINVAL || answer == -Errno.EOPNOTSUPP || answer == -Errno.ENOSYS;
  }

  /// With a folio of `pool`; null if there is none to be had at once, because others wait on this
  /// thread.
  static @Nullable RelayPages tryOpen(Syscalls syscalls, FolioPool pool) {
    PageRef folio = pool.tryTake(BYTES, FolioClass.RING);
    return folio == null ? null : new RelayPages(syscalls, folio);
  }

  /// Receives into the empty folio.
  long receive(Fd source) {
    return filled(
        call(
            source, number -> syscalls.recv(number, folio.address(), BYTES, Sockets.MSG_DONTWAIT)));
  }

  /// Sends what was received, or what waits in `behind`, which holds `left` bytes in that case.
  long send(KernelPipe behind, long left, Fd sink) {
    if (start == end) {
      long length = Math.min(left, BYTES);
      long got =
          filled(call(behind.sink(), number -> syscalls.read(number, folio.address(), length)));
      if (got <= 0) {
        return got;
      }
    }
    long sent =
        call(
            sink,
            number ->
                syscalls.send(
                    number,
                    folio.address() + start,
                    end - start,
                    Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL));
    start += (int) Math.max(sent, 0);
    return sent;
  }

  private long filled(long got) {
    start = 0;
    end = (int) Math.max(got, 0);
    return got;
  }

  /// A call on the number of an open descriptor.
  private interface Call {
    long make(int number);
  }

  private static long call(Fd fd, Call call) {
    try {
      int number = fd.enter();
      try {
        return call.make(number);
      } finally {
        fd.exit();
      }
    } catch (ClosedChannelException e) {
      return -RelayWay.CLOSED;
    }
  }

  @Override
  public void close() {
    folio.close();
  }
}
