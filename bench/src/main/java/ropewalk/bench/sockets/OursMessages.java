package ropewalk.bench.sockets;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.bench.peer.Heap;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.Tally;
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

  private final How how;
  private final Ropewalk walk = Ropewalk.open();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment whole = arena.allocate(Message.BYTES, 4096);
  private final List<PageRef> held = new ArrayList<>();
  private final IovIter header;
  private final IovIter pages;
  private final IovIter trailer;
  private final Tally tally = new Tally();

  OursMessages(How how) throws IOException {
    this.how = how;
    this.header = IovIter.source(List.of(range(Message.HEADER)));
    List<PageRef> all = new ArrayList<>();
    for (int i = 0; i < Message.PAGES; i++) {
      all.add(range(Message.PAGE));
      held.add(walk.pool().take(Message.PAGE, FolioClass.GIFT)); // no two are one range
    }
    this.pages = IovIter.source(all);
    this.trailer = IovIter.source(List.of(range(Message.TRAILER)));
  }

  /// A range on loan, as out of a cache that is asked for it again and again.
  private PageRef range(int bytes) throws IOException {
    PageRef page = walk.pool().take(Math.max(bytes, Message.PAGE), FolioClass.GIFT);
    held.add(page);
    MemorySegment _ = page.target().fill((byte) held.size());
    page.publish(page.length());
    page.folio().reuse();
    PageRef loan = page.lend(0, bytes);
    held.add(loan);
    return loan;
  }

  @Override
  public Done send(Order order) throws IOException {
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
