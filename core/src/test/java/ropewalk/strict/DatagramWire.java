package ropewalk.strict;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import ropewalk.Ropewalk;
import ropewalk.iov.IovIter;
import ropewalk.net.Address;
import ropewalk.net.SendFlags;
import ropewalk.net.Udp;
import ropewalk.net.ZeroCopy;
import ropewalk.splice.Sink;

/// Datagrams between two sockets of this house, over loopback, which keeps their order. What they
/// bring is strung together.
final class DatagramWire extends Wire {
  private static final int DRAIN_BYTES = 9000;
  private static final int SEND_MAX = 60_000;

  private final Udp near;
  private final Udp far;
  private byte[] over = {};

  DatagramWire(Ropewalk walk, ZeroCopy policy) throws IOException {
    far = Udp.bind(walk.engine(), walk.pool(), new Address.Udp("localhost", 0));
    near = Udp.connect(walk.engine(), walk.pool(), far.local());
    near.zeroCopy(policy);
    near.messageBytes(DRAIN_BYTES);
    near.sendTimeout(TimeUnit.SECONDS.toNanos(20));
    far.receiveTimeout(TimeUnit.SECONDS.toNanos(20));
  }

  @Override
  Sink sink() {
    return near;
  }

  @Override
  long sendMax() {
    return SEND_MAX;
  }

  @Override
  long send(IovIter iter) throws IOException {
    return near.sendMessage(iter, SendFlags.NONE);
  }

  @Override
  byte[] receive(int bytes) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment target = arena.allocate(1 << 16);
      while (over.length < bytes) {
        int length = (int) far.receive(target).length();
        byte[] both = Arrays.copyOf(over, over.length + length);
        MemorySegment.copy(target, ValueLayout.JAVA_BYTE, 0, both, over.length, length);
        over = both;
      }
    }
    byte[] all = Arrays.copyOf(over, bytes);
    over = Arrays.copyOfRange(over, bytes, over.length);
    return all;
  }

  @Override
  public void close() {
    near.close();
    far.close();
  }

  @Override
  public String toString() {
    return near.toString();
  }
}
