package ropewalk.bench.sockets;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.bench.peer.Heap;
import ropewalk.engine.Engine;
import ropewalk.engine.Lookout;
import ropewalk.linux.Poll;
import ropewalk.net.Socket;

/// Ours for many connections that each have little to do: one thread that a [Lookout] tells which
/// of them have an answer. Nobody is parked and no thread is switched to.
final class OursLookout implements Way {
  private final Ropewalk walk = Ropewalk.builder().engine(Engine.Choice.EPOLL).open();

  OursLookout() throws IOException {}

  @Override
  public Done send(Order order) throws IOException {
    if (order.mode() != Order.Mode.PINGPONG) {
      throw new IOException("there and back only: " + order);
    }
    List<Socket> sockets = new ArrayList<>();
    try (Arena arena = Arena.ofConfined();
        Lookout lookout = Lookout.open(walk.engine().syscalls())) {
      for (int i = 0; i < order.connections(); i++) {
        Socket to = walk.connect(order.name());
        sockets.add(to);
        if (!lookout.watch(to.fd(), i, 0, Poll.POLLIN)) {
          throw new IOException("closed at once: " + to);
        }
      }
      MemorySegment question = arena.allocate(order.size(), 64);
      MemorySegment answer = arena.allocate(order.size(), 64);
      long heap = Heap.allocated();
      long start = System.nanoTime();
      talk(order, sockets, lookout, question, answer);
      long nanos = System.nanoTime() - start;
      long bytes = (long) order.count() * order.size();
      return new Done(order.count(), nanos, Heap.allocated() - heap, 0, bytes);
    } finally {
      sockets.forEach(Socket::close);
    }
  }

  private static void talk(
      Order order,
      List<Socket> sockets,
      Lookout lookout,
      MemorySegment question,
      MemorySegment answer)
      throws IOException {
    int[] left = new int[sockets.size()];
    int[] seen = new int[sockets.size()];
    for (int i = 0; i < left.length; i++) {
      left[i] = order.each() - 1;
      sockets.get(i).send(question, false);
    }
    for (int talking = left.length; talking > 0; ) {
      int told = lookout.await(Engine.FOREVER);
      for (int i = 0; i < told; i++) {
        int who = (int) lookout.tag(i);
        Socket to = sockets.get(who);
        long got = to.receive(answer);
        if (got < 0) {
          throw new EOFException("the receiver left: " + order);
        }
        seen[who] += (int) got;
        if (seen[who] == order.size()) {
          seen[who] = 0;
          if (left[who]-- > 0) {
            to.send(question, false);
          } else {
            talking--;
          }
        }
      }
    }
  }

  @Override
  public void close() {
    walk.close();
  }
}
