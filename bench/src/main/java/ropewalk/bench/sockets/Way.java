package ropewalk.bench.sockets;

import java.io.IOException;

/// One way to send messages, in a peer's process.
interface Way extends AutoCloseable {
  /// Sends what `order` says over new connections, and closes them. Refuses modes that it has not.
  Done send(Order order) throws Exception;

  @Override
  void close() throws IOException;
}
