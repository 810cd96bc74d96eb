package ropewalk.app.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A slow send while the file is overwritten (seed 3's definition, word for word): do writes that
/// start *after* bytes were handed over change what the peer gets?
///
/// ```
///   time ──►   sender   ████████████ accepted ─ stuck: the peer does not read ─ ... ─ goes on
///              writer                              AAAA… becomes bbbb…, in place
///              peer                                                   reads all of it
/// ```
///
/// The peer connects and does not read until the file has been overwritten. What the socket's
/// queues have taken by then is *handed over*; the sender's call has returned for it, and a server
/// would have logged it as sent.
public final class Exposure {
  /// What the queues are asked to hold, so that there is something to see.
  private static final int QUEUE_BYTES = 4 << 20;

  /// How long nothing has to be accepted until the sender counts as stuck.
  private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int STEP = 1 << 20;

  private Exposure() {}

  /// Does it once, in a file of its own below `folder`.
  ///
  /// @param bytes size of the file, more than the queues take
  static Strip run(Handing handing, Path folder, int bytes) throws IOException {
    Path file = Files.createTempFile(folder, "strict", ".bin");
    try (ServerSocketChannel door = door()) {
      write(file, Strip.BEFORE, bytes);
      AtomicLong accepted = new AtomicLong();
      int port = ((InetSocketAddress) door.getLocalAddress()).getPort();
      FutureTask<Boolean> sending =
          new FutureTask<>(
              () -> {
                handing.send(file, port, accepted::set);
                return true;
              });
      Thread.ofVirtual().name("send").start(sending);
      try (SocketChannel peer = door.accept()) {
        awaitStuck(accepted, sending);
        long handedOver = accepted.get();
        write(file, Strip.AFTER, bytes);
        byte[] received = readAll(peer, bytes);
        var _ = get(sending);
        return Strip.of(handedOver, received);
      }
    } finally {
      Files.delete(file);
    }
  }

  private static ServerSocketChannel door() throws IOException {
    ServerSocketChannel door = ServerSocketChannel.open();
    door.setOption(StandardSocketOptions.SO_RCVBUF, QUEUE_BYTES);
    return door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
  }

  /// In place: the pages of the file, not others under the same name.
  private static void write(Path file, byte value, int bytes) throws IOException {
    byte[] some = new byte[Math.min(bytes, STEP)];
    Arrays.fill(some, value);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long at = 0;
      while (at < bytes) {
        at += channel.write(ByteBuffer.wrap(some, 0, (int) Math.min(STEP, bytes - at)), at);
      }
    }
  }

  /// Until nothing has been accepted for a while.
  private static void awaitStuck(AtomicLong accepted, FutureTask<?> sending) throws IOException {
    long start = System.nanoTime();
    long since = start;
    long seen = -1;
    while (!sending.isDone() && System.nanoTime() - since < STUCK_NANOS) {
      long now = accepted.get();
      if (now != seen || now == 0) {
        seen = now;
        since = System.nanoTime();
      }
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IOException("after a minute the sender is still at work: " + now + " bytes");
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static byte[] readAll(SocketChannel peer, int bytes) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(bytes);
    while (all.hasRemaining()) {
      if (peer.read(all) < 0) {
        throw new IOException("the peer got " + all.position() + " of " + bytes + " bytes");
      }
    }
    return all.array();
  }

  /// What `task` came to, or why it failed.
  static <T> T get(FutureTask<T> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    }
  }
}
