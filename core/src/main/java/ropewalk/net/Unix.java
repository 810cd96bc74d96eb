package ropewalk.net;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.page.FolioPool;
import ropewalk.splice.End;

/// An AF_UNIX stream connection: bytes go from one process of this host to another by reference to
/// the same pages, where a route allows it.
public final class Unix extends Socket {
  private final String path;

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

  /// Ends our direction. What was accepted is in the peer's queue already: nothing to wait for.
  @Override
  public void finish() throws IOException {
    shutdownOutput();
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
