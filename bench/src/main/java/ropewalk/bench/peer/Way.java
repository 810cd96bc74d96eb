package ropewalk.bench.peer;

import java.io.IOException;
import java.nio.file.Path;

/// One way to send a file. Stays open over all rounds; keeps what a long-lived server would keep.
interface Way extends AutoCloseable {

  /// Connects to `target`, sends the first `size` bytes of `file` `count` times, shuts the stream
  /// down and waits until the receiver has closed.
  Sent send(Target target, Path file, long size, int count)
      throws IOException, InterruptedException;

  /// Whether what is cached in this process is dropped before each transfer from now on. Ways
  /// without a cache of their own have nothing to drop.
  default void isOnce(boolean isOnce) {}

  @Override
  default void close() throws IOException {}
}
