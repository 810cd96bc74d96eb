package ropewalk.bench.peer;

import static ropewalk.engine.Engine.Choice.EPOLL;
import static ropewalk.engine.Engine.Choice.IO_URING;

import java.io.IOException;
import java.time.Duration;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.net.Listener;
import ropewalk.net.Socket;

/// The main class of a relaying process: `RelayPeer WAY LISTEN TARGET`, with addresses as people
/// write them; it relays until it is killed.
public final class RelayPeer {
  private RelayPeer() {}

  /// Relays.
  ///
  /// @param arguments the way, where to listen, and where to connect to
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String listen = arguments[1];
    String target = arguments[2];
    switch (arguments[0]) {
      case "ring" -> ours(IO_URING, listen, target);
      case "epoll" -> ours(EPOLL, listen, target);
      case "netty-splice" -> new NettyRelay(true).run(listen, target);
      case "netty-copy" -> new NettyRelay(false).run(listen, target);
      default -> throw new IOException("no such way: " + arguments[0]);
    }
  }

  /// The face, with a thread for each connection as `./ropewalk proxy` has it.
  private static void ours(Engine.Choice choice, String listen, String target) throws IOException {
    try (Ropewalk walk = Ropewalk.builder().engine(choice).cacheBytes(0).open();
        Listener listener = walk.listen(listen)) {
      while (true) {
        Socket near = listener.accept();
        Thread _ = Thread.ofVirtual().start(() -> relay(walk, near, target));
      }
    }
  }

  private static void relay(Ropewalk walk, Socket near, String target) {
    try {
      Socket far = walk.connect(target);
      var _ = walk.relay(near, far, Duration.ofMinutes(1)).run();
    } catch (IOException e) {
      e.printStackTrace();
      near.close();
    }
  }
}
