package ropewalk.net;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;

/// A name of an AF_UNIX family, and who comes there; closes both.
final class Guests implements AutoCloseable {
  final String path;
  private final @Nullable Listener streams;
  private final @Nullable SeqPacketListener packets;
  private @Nullable SocketFrame guest;

  /// @param word `unix`, `unixgram` or `seqpacket`
  Guests(Ropewalk walk, String word, Path path) throws IOException {
    this.path = path.toString();
    boolean isStream = word.equals("unix");
    streams = isStream ? walk.listen("unix:" + path) : null;
    packets =
        word.equals("seqpacket")
            ? SeqPacketListener.open(walk.engine(), walk.pool(), this.path)
            : null;
    guest =
        word.equals("unixgram") ? UnixDatagram.bind(walk.engine(), walk.pool(), this.path) : null;
  }

  /// Who came, lent; of datagrams anybody.
  SocketFrame accept() throws IOException {
    SocketFrame known = guest;
    if (known == null) {
      known = streams != null ? streams.accept() : accepted();
      known.receiveTimeout(20_000_000_000L);
      guest = known;
    }
    return known;
  }

  private SocketFrame accepted() throws IOException {
    if (packets == null) {
      throw new AssertionError("nobody listens");
    }
    return packets.accept();
  }

  @Override
  public void close() {
    if (guest != null) {
      guest.close();
    }
    if (streams != null) {
      streams.close();
    }
    if (packets != null) {
      packets.close();
    }
  }
}
