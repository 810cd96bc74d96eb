package ropewalk.net;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;

/// An AF_UNIX stream connection: bytes go from one process of this host to another by reference to
/// the same pages, where a route allows it.
public final class Unix extends Socket {
  private final String path;
  private final Giving giving = new Giving(this);

  Unix(Engine engine, FolioPool pool, Fd fd, String path) {
    super(engine, pool, fd);
    this.path = path;
  }

  /// Connects to the socket at `address.path()`.
  public static Unix connect(Engine engine, FolioPool pool, Address.Unix address)
      throws IOException {
    SocketName target = SocketName.of(address);
    return new Unix(
        engine, pool, Connecting.connect(engine, target, address.toString()), address.path());
  }

  /// What was accepted is in the peer's queue already: there is nothing to wait for.
  @Override
  public void awaitAcknowledged() {}

  @Override
  long drainLocked(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    if (giving.takes(pipe, limit)) {
      long given = giving.drain(pipe, limit, more, tally);
      if (given > 0) {
        return given;
      }
    }
    return super.drainLocked(pipe, limit, more, tally);
  }

  @Override
  void closeLocked() {
    giving.close();
    super.closeLocked();
  }

  @Override
  public String peer() {
    return "unix:" + path;
  }

  @Override
  End.Kind kind() {
    return End.Kind.UNIX;
  }
}
