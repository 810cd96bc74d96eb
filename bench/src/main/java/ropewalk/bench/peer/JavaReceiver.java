package ropewalk.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/// receiver.c's stand-in where there is no C compiler: the modes `read` and `slow`, over the same
/// three words.
public final class JavaReceiver {
  private static final int SLOW_STEP = 64 << 10;

  private final Map<String, ServerSocketChannel> listeners = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

  private JavaReceiver() {}

  /// Receives until stdin ends.
  ///
  /// @param arguments none
  public static void main(String[] arguments) throws IOException {
    JavaReceiver receiver = new JavaReceiver();
    try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        String[] words = line.split(" ", -1);
        System.out.println(
            words[0].equals("listen")
                ? receiver.listen(words[1], words[2])
                : receiver.take(words[1], Long.parseLong(words[3])));
      }
    }
  }

  private String listen(String kind, String path) throws IOException {
    ServerSocketChannel listener;
    if (kind.equals("tcp")) {
      listener = ServerSocketChannel.open();
      listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
    } else {
      Files.deleteIfExists(Path.of(path));
      listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(path));
    }
    listeners.put(kind, listener);
    return "at "
        + (listener.getLocalAddress() instanceof InetSocketAddress in
            ? Integer.toString(in.getPort())
            : path);
  }

  private String take(String kind, long rate) throws IOException {
    try (SocketChannel from = Objects.requireNonNull(listeners.get(kind)).accept()) {
      long start = System.nanoTime();
      long bytes = 0;
      for (int n; (n = step(from, rate)) >= 0; bytes += n) {
        if (rate > 0) {
          long due = start + (long) ((double) bytes / rate * 1e9);
          LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
        }
      }
      return "took %d %d".formatted(bytes, System.nanoTime() - start);
    }
  }

  private int step(SocketChannel from, long rate) throws IOException {
    buffer.clear().limit(rate > 0 ? SLOW_STEP : buffer.capacity());
    return from.read(buffer);
  }
}
