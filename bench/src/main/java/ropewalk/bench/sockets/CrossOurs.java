package ropewalk.bench.sockets;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import ropewalk.Ropewalk;
import ropewalk.bench.peer.Heap;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.net.Address;
import ropewalk.net.SendFlags;
import ropewalk.net.Tcp;
import ropewalk.net.Udp;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// Ours: pages of the pool, every send of them lent to the kernel or none, by the policy. Beyond
/// what a socket may have lent it copies, which the report shows.
///
/// The iterators of a sample are made before its clock starts and sent once each or, where the
/// bytes are to be hot, one is sent again and again.
final class CrossOurs implements Crossing {
  private static final int PAGE = 4096;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Ropewalk walk;
  private final ZeroCopy policy;
  private final List<PageRef> folios = new ArrayList<>();
  private final Map<String, Line> lines = new HashMap<>();

  CrossOurs(Engine.Choice choice, ZeroCopy policy) throws IOException {
    this.policy = policy;
    walk =
        Ropewalk.builder()
            .engine(choice)
            .plan(PoolPlan.of(2 * CrossWay.COLD_BYTES, 32L << 20))
            .open();
    for (long at = 0; at < CrossWay.COLD_BYTES; at += FolioPool.FOLIO_MAX) {
      PageRef folio = walk.pool().take(FolioPool.FOLIO_MAX, FolioClass.RING);
      folios.add(folio);
      MemorySegment _ = folio.target().fill((byte) 1);
      folio.publish(folio.length());
    }
  }

  /// One connection, of whichever kind.
  private record Line(
      Sending sending, LongSupplier lent, LongSupplier held, AutoCloseable connection) {}

  /// One send.
  @FunctionalInterface
  private interface Sending {
    long send(IovIter iter, int flags) throws IOException;
  }

  @Override
  public int open(String kind, String address) throws IOException {
    Address to = Address.parse(kind + "://" + address);
    if (to instanceof Address.Udp udp) {
      Udp socket = Udp.connect(walk.engine(), walk.pool(), udp);
      socket.zeroCopy(policy);
      lines.put(kind, new Line(socket::sendMessage, socket::lent, socket::held, socket));
      return socket.fd().number();
    }
    Tcp socket = Tcp.connect(walk.engine(), walk.pool(), (Address.Tcp) to);
    socket.zeroCopy(policy);
    lines.put(kind, new Line(socket::sendMessage, socket::lent, socket::held, socket));
    return socket.fd().number();
  }

  @Override
  public Done send(Order order) throws IOException {
    Line line = Objects.requireNonNull(lines.get(order.kind()), order.kind());
    List<PageRef> ranges = ranges(order);
    try {
      IovIter[] iters = new IovIter[ranges.size()];
      for (int i = 0; i < iters.length; i++) {
        iters[i] = IovIter.source(List.of(ranges.get(i)));
      }
      long lent = line.lent().getAsLong();
      long heap = Heap.allocated();
      long start = System.nanoTime();
      int at = 0;
      for (int i = 0; i < order.count(); i++) {
        sendAll(line, iters[at]);
        at = at + 1 == iters.length ? 0 : at + 1;
      }
      settle(line);
      long nanos = System.nanoTime() - start;
      heap = Heap.allocated() - heap;
      long copied = (long) order.count() * order.size() - (line.lent().getAsLong() - lent);
      return new Done(order.count(), nanos, heap, 0, copied);
    } finally {
      ranges.forEach(PageRef::close);
    }
  }

  /// The ranges that are sent, one after the other and round and round: one, or as many as there
  /// are sends and room for.
  private List<PageRef> ranges(Order order) {
    int step = (order.size() + PAGE - 1) & -PAGE;
    int perFolio = FolioPool.FOLIO_MAX / step;
    int most = order.mode() == Order.Mode.HOT ? 1 : folios.size() * perFolio;
    List<PageRef> ranges = new ArrayList<>();
    for (int i = 0; i < Math.min(most, order.count()); i++) {
      ranges.add(folios.get(i / perFolio).lend(i % perFolio * step, order.size()));
    }
    return ranges;
  }

  private static void sendAll(Line line, IovIter iter) throws IOException {
    while (iter.count() > 0) {
      long _ = line.sending().send(iter, SendFlags.NONE);
    }
    iter.revert(iter.position());
  }

  /// Waits until the kernel has let go of all.
  private static void settle(Line line) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (line.held().getAsLong() > 0) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "still held: " + line.held().getAsLong() + " bytes of " + line.connection());
      }
      LockSupport.parkNanos(20_000);
    }
  }

  @Override
  public void close() throws IOException {
    for (Line line : lines.values()) {
      try {
        line.connection().close();
      } catch (Exception e) {
        throw new IOException("close " + line.connection(), e);
      }
    }
    folios.forEach(PageRef::close);
    walk.close();
  }
}
