package ropewalk.bench.sockets;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ropewalk.Ropewalk;
import ropewalk.bench.peer.Heap;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;

/// Ours: the message as a list of iterators over pages of the pool. The iterators are kept and
/// reverted, as the peers keep their buffers.
final class OursMessages implements Way {

  /// In how many sends.
  enum How {
    ONE,
    THREE,
    COPIED
  }

  /// Messages of the sample that counts what goes by reference.
  static final int COUNTED = 16;

  private final How how;
  private final Ropewalk walk;
  private final Map<String, Long> references = new HashMap<>();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment whole = arena.allocate(Message.BYTES, 4096);
  private final List<PageRef> held = new ArrayList<>();
  private final IovIter header;
  private final IovIter pages;
  private final IovIter trailer;
  private final Tally tally = new Tally();

  OursMessages(How how) throws IOException {
    this(how, HostSyscalls.host());
  }

  private OursMessages(How how, Syscalls syscalls) throws IOException {
    this.how = how;
    this.walk = Ropewalk.builder().syscalls(syscalls).open();
    this.header = IovIter.source(List.of(range(Message.HEADER, FolioClass.RING)));
    List<PageRef> all = new ArrayList<>();
    for (int i = 0; i < Message.PAGES; i++) {
      all.add(cached());
      held.add(walk.pool().take(Message.PAGE, FolioClass.GIFT)); // no two are one range
    }
    this.pages = IovIter.source(all);
    this.trailer = IovIter.source(List.of(range(Message.TRAILER, FolioClass.RING)));
  }

  /// A page on loan, as out of a cache that is asked for it again and again.
  private PageRef cached() throws IOException {
    PageRef page = range(Message.PAGE, FolioClass.GIFT);
    page.folio().reuse();
    PageRef loan = page.lend(0, Message.PAGE);
    held.add(loan);
    return loan;
  }

  /// A range that was made for the message.
  private PageRef range(int bytes, FolioClass kind) throws IOException {
    PageRef range = walk.pool().take(bytes, kind);
    held.add(range);
    MemorySegment _ = range.target().fill((byte) held.size());
    range.publish(range.length());
    range.trim(bytes);
    return range;
  }

  @Override
  public Done send(Order order) throws IOException {
    Done done = sendAll(order);
    if (!references.containsKey(order.kind())) {
      references.put(order.kind(), reference(order));
    }
    long reference = Objects.requireNonNull(references.get(order.kind()));
    long copied = done.kernel() - reference * done.messages();
    return new Done(done.messages(), done.nanos(), done.heap(), done.user(), copied);
  }

  /// Bytes of a message that go by reference, counted in a few that are not timed.
  private long reference(Order order) throws IOException {
    Spliced spliced = new Spliced();
    try (OursMessages counted = new OursMessages(how, spliced.calls())) {
      Order few = new Order(order.mode(), order.kind(), order.address(), order.size(), 1, COUNTED);
      long before = spliced.bytes(); // opening tries out what the kernel has
      Done _ = counted.sendAll(few);
      return (spliced.bytes() - before) / COUNTED;
    }
  }

  private Done sendAll(Order order) throws IOException {
    IovIter all = how == How.THREE ? IovIter.discard(0) : ListIter.of(dups());
    try (Socket to = walk.connect(order.name())) {
      long user = tally.copiedUser();
      long heap = Heap.allocated();
      long start = System.nanoTime();
      for (int i = 0; i < order.count(); i++) {
        switch (how) {
          case ONE -> whole(to, all, false);
          case THREE -> {
            whole(to, header, true);
            whole(to, pages, true);
            whole(to, trailer, false);
          }
          case COPIED -> {
            long copied = Copy.outOf(all, whole, 0, Message.BYTES, tally);
            all.revert(copied);
            to.send(whole, false);
          }
        }
      }
      heap = Heap.allocated() - heap;
      to.shutdownOutput();
      if (to.channel(new Tally()).read(ByteBuffer.allocateDirect(1)) >= 0) {
        throw new IOException("the receiver sent something");
      }
      return new Done(
          order.count(),
          System.nanoTime() - start,
          heap,
          tally.copiedUser() - user,
          (long) Message.BYTES * order.count());
    }
  }

  private IovIter[] dups() {
    return new IovIter[] {header.dup(), pages.dup(), trailer.dup()};
  }

  /// Sends all of `iter` and puts it back to its start.
  private static void whole(Socket to, IovIter iter, boolean more) throws IOException {
    while (iter.count() > 0) {
      long _ = to.sendMessage(iter, more ? SendFlags.MORE : 0);
    }
    iter.revert(iter.position());
  }

  @Override
  public void close() {
    for (int i = held.size() - 1; i >= 0; i--) {
      held.get(i).close();
    }
    arena.close();
    walk.close();
  }
}
