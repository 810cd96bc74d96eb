package ropewalk.bench.sockets;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;

/// Ours: a thread for each connection, platform or virtual. One message at a time is a send of the
/// caller's memory; many at a time are a list of ranges in one send.
final class OursSmall implements Way {
  private final boolean isVirtual;
  private final Ropewalk walk;

  OursSmall(Engine.Choice choice, boolean isVirtual) throws IOException {
    this.isVirtual = isVirtual;
    this.walk = Ropewalk.builder().engine(choice).open();
  }

  @Override
  public Done send(Order order) throws Exception {
    List<Talk> talks = new ArrayList<>();
    try {
      for (int i = 0; i < order.connections(); i++) {
        talks.add(new Talk(walk, order));
      }
      Crowd.Ran ran = Crowd.run(order.connections(), isVirtual, i -> talks.get(i).run());
      long bytes = (long) order.count() * order.size();
      return new Done(order.count(), ran.nanos(), ran.heap(), 0, bytes);
    } finally {
      talks.forEach(Talk::close);
    }
  }

  @Override
  public void close() {
    walk.close();
  }

  /// One connection and the memory of its messages.
  private static final class Talk implements AutoCloseable {
    private final Order order;
    private final Socket to;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment question;
    private final MemorySegment answer;
    private final List<PageRef> ranges = new ArrayList<>();

    Talk(Ropewalk walk, Order order) throws IOException {
      this.order = order;
      this.to = walk.connect(order.name());
      this.question = arena.allocate(order.size(), 64);
      this.answer = arena.allocate(order.size(), 64);
      PageRef page = walk.pool().take(4096, FolioClass.RING);
      MemorySegment _ = page.target().fill((byte) 1);
      page.publish(page.length());
      for (int i = 0; i < order.mode().batch(); i++) {
        int places = 4096 / order.size();
        ranges.add(page.lend(i % places * order.size(), order.size()));
      }
      ranges.add(page);
    }

    void run() throws IOException {
      switch (order.mode()) {
        case PINGPONG -> pingPong();
        case EACH -> each();
        case SIXTEEN, FREE -> batches();
        default -> throw new IOException("not small: " + order);
      }
      if (order.mode() != Order.Mode.PINGPONG) {
        to.shutdownOutput();
        if (to.channel(new Tally()).read(ByteBuffer.allocateDirect(1)) >= 0) {
          throw new IOException("the receiver sent something");
        }
      }
    }

    private void pingPong() throws IOException {
      for (int i = 0; i < order.each(); i++) {
        to.send(question, false);
        long got = to.receive(answer);
        while (got > 0 && got < order.size()) {
          long more = to.receive(answer.asSlice(got));
          got = more < 0 ? more : got + more;
        }
        if (got < 0) {
          throw new EOFException("the receiver left: " + order);
        }
      }
    }

    private void each() throws IOException {
      for (int i = 0; i < order.each(); i++) {
        to.send(question, false);
      }
    }

    private void batches() throws IOException {
      IovIter batch = IovIter.source(ranges.subList(0, order.mode().batch()));
      for (int i = 0; i < order.each(); i += order.mode().batch()) {
        while (batch.count() > 0) {
          long _ = to.sendMessage(batch, 0);
        }
        batch.revert(batch.position());
      }
    }

    @Override
    public void close() {
      to.close();
      ranges.forEach(PageRef::close);
      arena.close();
    }
  }
}
