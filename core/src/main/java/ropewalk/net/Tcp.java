package ropewalk.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.Poll;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;
import ropewalk.splice.End;

/// A TCP connection, over IPv4 or IPv6.
///
/// Nagle's delay is off: what belongs together is sent with `more`, which says so exactly. A peer
/// that has gone without a word is noticed by probes ([#keepAlive]), two minutes after its last
/// sign of life: kept connections outlive the nightly changes of a network, but not their hosts.
public final class Tcp extends Socket {
  /// How long [#awaitAcknowledged] sleeps between looks: a loopback round trip at first, and later
  /// no longer than a person notices.
  private static final long ACK_POLL_MIN_NANOS = 200_000;

  private static final long ACK_POLL_MAX_NANOS = 20_000_000;

  /// How long a connection is silent before the kernel asks whether the peer is still there. Its
  /// own default is two hours; most translating routers forget a silent connection long before
  /// that, the hastiest after a few minutes.
  private static final int KEEPALIVE_SECONDS = 60;

  /// So many probes without an answer, a sixth of the silence apart, and the connection has ended.
  private static final int KEEPALIVE_PROBES = 6;

  /// The kernel takes no longer ones.
  private static final int KEEPALIVE_MAX_SECONDS = 32767;

  private final String peer;

  Tcp(Engine engine, FolioPool pool, Fd fd, String peer) throws IOException {
    super(engine, pool, fd);
    this.peer = peer;
    try {
      SocketOptions.setInt(engine.syscalls(), fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
      keepAlive(KEEPALIVE_SECONDS);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// Connects to the first of the host's addresses that answers; parks meanwhile.
  ///
  /// @throws IOException naming address and errno of the last one tried
  public static Tcp connect(Engine engine, FolioPool pool, Address.Tcp address) throws IOException {
    return connect(engine, pool, address, Engine.FOREVER);
  }

  /// The same, but waits no longer than until `deadlineNanos` in all, looking up the name excepted.
  ///
  /// @throws SocketTimeoutException at the deadline
  public static Tcp connect(Engine engine, FolioPool pool, Address.Tcp address, long deadlineNanos)
      throws IOException {
    InetAddress[] hosts;
    try {
      hosts = InetAddress.getAllByName(address.host().isEmpty() ? "localhost" : address.host());
    } catch (UnknownHostException e) {
      throw new IOException("connect(%s): the host is not known".formatted(address), e);
    }
    @Nullable IOException failure = null;
    for (InetAddress host : hosts) {
      InetSocketAddress candidate = new InetSocketAddress(host, address.port());
      SocketName target = SocketName.of(candidate);
      try {
        Fd fd = Connecting.connect(engine, target, address.toString(), deadlineNanos);
        return new Tcp(engine, pool, fd, target.toString());
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure == null ? new IOException("connect(" + address + "): no address") : failure;
  }

  /// Asks the peer for a sign of life after `seconds` of silence, and gives the connection up after
  /// as long again without one (ETIMEDOUT). 0: never.
  public final void keepAlive(int seconds) throws IOException {
    if (seconds < 0) {
      throw new IllegalArgumentException("keepAlive must not be negative: seconds=" + seconds);
    }
    set(Sockets.SOL_SOCKET, Sockets.SO_KEEPALIVE, seconds == 0 ? 0 : 1);
    if (seconds > 0) {
      int pause = Math.max(1, seconds / KEEPALIVE_PROBES);
      set(Sockets.IPPROTO_TCP, Sockets.TCP_KEEPIDLE, Math.min(seconds, KEEPALIVE_MAX_SECONDS));
      set(Sockets.IPPROTO_TCP, Sockets.TCP_KEEPINTVL, Math.min(pause, KEEPALIVE_MAX_SECONDS));
      set(Sockets.IPPROTO_TCP, Sockets.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }
  }

  /// How long what was sent may stay unacknowledged before the connection is given up (ETIMEDOUT);
  /// 0 for as long as the kernel retransmits, a quarter of an hour or so. It counts where a send's
  /// time-out does not: when there is room, and nobody at the other end.
  public final void acknowledgeTimeout(long nanos) throws IOException {
    long millis = Math.clamp(nanos / 1_000_000, nanos == 0 ? 0 : 1, Integer.MAX_VALUE);
    set(Sockets.IPPROTO_TCP, Sockets.TCP_USER_TIMEOUT, (int) millis);
  }

  private void set(int level, int option, int value) throws IOException {
    SocketOptions.setInt(engine().syscalls(), fd(), level, option, value);
  }

  /// Pushes what an earlier `more` held back: setting TCP_NODELAY anew does that.
  @Override
  public void finish() throws IOException {
    SocketOptions.setInt(engine().syscalls(), fd(), Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
  }

  @Override
  public void awaitAcknowledged() throws IOException {
    long pause = ACK_POLL_MIN_NANOS;
    while (unacknowledged() > 0) {
      try {
        // A reset shows as an error condition; acknowledgements have no event of their own.
        int ready = await(Poll.POLLHUP, System.nanoTime() + pause);
        if ((ready & (Poll.POLLERR | Poll.POLLHUP)) != 0) {
          break;
        }
      } catch (SocketTimeoutException e) {
        pause = Math.min(2 * pause, ACK_POLL_MAX_NANOS);
      }
    }
    SocketOptions.throwPending(engine().syscalls(), fd(), "send");
  }

  /// To another host: over loopback the kernel copies what is lent.
  @Override
  boolean mayLend(boolean isForced) {
    return isForced || SocketOptions.isFar(engine().syscalls(), fd());
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  End.Kind kind() {
    return End.Kind.TCP;
  }
}
