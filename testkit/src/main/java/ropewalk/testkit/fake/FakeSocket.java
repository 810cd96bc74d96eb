package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Sockets;

/// A stream socket, TCP or AF_UNIX: the difference between them is their names.
///
/// ```
///   NEW --bind--> NAMED --listen--> LISTENING (backlog of ends that wait for accept)
///    |              |
///    '----connect---'--> CONNECTED to a peer --shutdown, close of either--> ENDED
/// ```
///
/// Bytes wait in the receiver's inbox. Those that were spliced or sent by sendfile are the file's
/// live pages: what the receiver reads is what they hold at that time, as on a host's loopback.
final class FakeSocket extends Description {
  /// As a host's default send buffer.
  private static final long ROOM = 212_992;

  final int domain;
  final Map<Long, Integer> options = new HashMap<>();

  /// An `InetSocketAddress`, or the path of a UNIX socket.
  @Nullable Object name;

  @Nullable FakeSocket peer;
  @Nullable Object peerName;
  @Nullable Deque<FakeSocket> backlog;
  int backlogMax;
  boolean waitsForAccept;

  /// A connection that was refused while nobody waited.
  boolean failed;

  int error;

  private final Deque<MemorySegment> inbox = new ArrayDeque<>();
  private boolean inputEnded;
  private boolean outputEnded;
  private Runnable onClose = () -> {};

  FakeSocket(int domain, int flags) {
    super(flags | Open.O_RDWR);
    this.domain = domain;
  }

  /// Makes two sockets each other's peers.
  static void connect(FakeSocket one, FakeSocket other) {
    one.peer = other;
    other.peer = one;
    one.peerName = other.name;
    other.peerName = one.name;
  }

  void onClose(Runnable action) {
    onClose = action;
  }

  boolean listening() {
    return backlog != null;
  }

  /// `SHUT_RD` 0, `SHUT_WR` 1, `SHUT_RDWR` 2.
  int shutdown(int how) {
    FakeSocket other = peer;
    if (other == null) {
      return -Errno.ENOTCONN;
    }
    if (how < 0 || how > 2) {
      return -Errno.EINVAL;
    }
    if (how != 1) {
      inputEnded = true;
    }
    if (how != 0) {
      outputEnded = true;
      other.inputEnded = true;
    }
    return 0;
  }

  private int takeError() {
    int taken = error;
    error = 0;
    return taken;
  }

  private long room(FakeSocket other) {
    return ROOM - bytes(new ArrayList<>(other.inbox));
  }

  @Override
  List<MemorySegment> peek(long position, long max) {
    return error != 0 ? List.of() : head(new ArrayList<>(inbox), max);
  }

  @Override
  long emptyAnswer() {
    if (error != 0) {
      return -takeError();
    }
    if (peer == null) {
      return domain == Sockets.AF_UNIX ? -Errno.EINVAL : -Errno.ENOTCONN;
    }
    return inputEnded ? 0 : -Errno.EAGAIN;
  }

  @Override
  void consume(long count) {
    long left = count;
    while (left > 0) {
      MemorySegment first = inbox.removeFirst();
      if (first.byteSize() > left) {
        inbox.addFirst(first.asSlice(left));
        left = 0;
      } else {
        left -= first.byteSize();
      }
    }
  }

  @Override
  long accept(long position, List<MemorySegment> runs) {
    if (error != 0) {
      return -takeError();
    }
    FakeSocket other = peer;
    if (other == null) {
      return domain == Sockets.AF_UNIX ? -Errno.ENOTCONN : -Errno.EPIPE;
    }
    if (outputEnded || other.gone()) {
      return -Errno.EPIPE;
    }
    List<MemorySegment> taken = head(runs, room(other));
    other.inbox.addAll(taken);
    return taken.isEmpty() ? -Errno.EAGAIN : bytes(taken);
  }

  @Override
  int ready() {
    Deque<FakeSocket> waiting = backlog;
    if (waiting != null) {
      return waiting.isEmpty() ? 0 : Poll.POLLIN;
    }
    FakeSocket other = peer;
    if (other == null) {
      return Poll.POLLOUT | Poll.POLLHUP | (failed ? Poll.POLLERR | Poll.POLLIN : 0);
    }
    boolean gone = other.gone();
    int events = inbox.isEmpty() && !inputEnded ? 0 : Poll.POLLIN;
    events |= inputEnded ? Poll.POLLRDHUP : 0;
    events |= outputEnded || gone || room(other) > ROOM / 3 ? Poll.POLLOUT : 0;
    events |= inputEnded && (outputEnded || gone) ? Poll.POLLHUP : 0;
    return events | (error == 0 ? 0 : Poll.POLLERR | Poll.POLLIN);
  }

  /// Nobody holds this end, and nobody will: an end that waits for accept has no descriptor yet.
  private boolean gone() {
    return holders == 0 && !waitsForAccept;
  }

  @Override
  void close() {
    onClose.run();
    Deque<FakeSocket> waiting = backlog;
    if (waiting != null) {
      for (FakeSocket end : waiting) {
        end.waitsForAccept = false;
        reset(end.peer);
      }
    }
    FakeSocket other = peer;
    if (other != null) {
      other.inputEnded = true;
      if (!inbox.isEmpty()) {
        reset(other); // what was never read makes the end an abortive one
      }
    }
    inbox.clear();
  }

  private static void reset(@Nullable FakeSocket end) {
    if (end != null) {
      end.inputEnded = true;
      end.error = Errno.ECONNRESET;
    }
  }

  @Override
  long waiting() {
    return bytes(new ArrayList<>(inbox));
  }
}
