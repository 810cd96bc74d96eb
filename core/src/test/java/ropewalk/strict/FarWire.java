package ropewalk.strict;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import ropewalk.Ropewalk;
import ropewalk.iov.IovIter;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.net.ZeroCopy;
import ropewalk.splice.Sink;
import ropewalk.testkit.far.DroppingLink;
import ropewalk.testkit.far.FarEnd;

/// A stream over a link that drops, so that the kernel holds the very pages that were sent until
/// they have to arrive: then the link is healed, and TCP sends them again.
final class FarWire extends Wire {
  private final DroppingLink link;
  private final FarEnd far;
  private final Socket near;
  private final int connection;

  /// Connects; skipped where there is no such link.
  FarWire(Ropewalk walk) throws IOException {
    link = DroppingLink.orSkip();
    far = FarEnd.on(link);
    near = walk.connect("tcp://" + link.far() + ":" + far.address().getPort());
    near.sendTimeout(TimeUnit.SECONDS.toNanos(20));
    near.zeroCopy(ZeroCopy.ALWAYS);
    connection = far.accept();
    link.drop();
    far.acknowledge(connection, 0); // opens the window
  }

  @Override
  Sink sink() {
    return near;
  }

  @Override
  long send(IovIter iter) throws IOException {
    return near.sendMessage(iter, SendFlags.NONE);
  }

  /// Bytes that were lent so far.
  long lent() {
    return near.lent();
  }

  @Override
  byte[] receive(int bytes) throws IOException {
    link.heal();
    byte[] all = far.read(connection, bytes);
    link.drop();
    return all;
  }

  @Override
  public void close() throws IOException {
    try (link;
        far) {
      near.close();
    }
  }

  @Override
  public String toString() {
    return near.toString();
  }
}
