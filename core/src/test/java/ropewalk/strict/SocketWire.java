package ropewalk.strict;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import ropewalk.Ropewalk;
import ropewalk.iov.IovIter;
import ropewalk.net.Listener;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A stream between two sockets of this house.
final class SocketWire extends Wire {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Socket near;
  private final Socket far;

  /// Listens at `address`, connects to that, and listens no more.
  SocketWire(Ropewalk walk, String address) throws IOException {
    try (Listener listener = walk.listen(address)) {
      near = walk.connect(listener.address().toString());
      far = listener.accept();
      near.sendTimeout(PATIENCE_NANOS);
      far.receiveTimeout(PATIENCE_NANOS);
    }
  }

  @Override
  Sink sink() {
    return near;
  }

  @Override
  Source source() {
    return far;
  }

  @Override
  long send(IovIter iter) throws IOException {
    return near.sendMessage(iter, SendFlags.NONE);
  }

  @Override
  byte[] receive(int bytes) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment target = arena.allocate(bytes);
      for (long done = 0; done < bytes; ) {
        long got = far.receive(target.asSlice(done));
        if (got == Source.END) {
          throw new IOException("ended after " + done);
        }
        done += got;
      }
      return target.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Override
  public void close() throws IOException {
    try (near) {
      far.close();
    }
  }

  @Override
  public String toString() {
    return near.toString();
  }
}
