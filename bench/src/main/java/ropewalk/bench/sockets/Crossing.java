package ropewalk.bench.sockets;

import java.io.IOException;

/// A way that sends over the link that drops, on connections that stay open.
interface Crossing extends Way {
  /// Connects to `HOST:PORT` over `kind`, and answers the number of the socket: whoever
  /// acknowledges asks it how far it is.
  int open(String kind, String address) throws IOException;
}
