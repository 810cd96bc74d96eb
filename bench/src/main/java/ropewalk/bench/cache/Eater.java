package ropewalk.bench.cache;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The other end of an in-process bench: a listening AF_UNIX socket, and for each connection a
/// thread that reads into 1 MiB and forgets. Its CPU time is nobody else's.
final class Eater implements AutoCloseable {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final ServerSocketChannel door;
  private final Set<Long> eaters = ConcurrentHashMap.newKeySet();

  Eater(Path path) throws IOException {
    door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    door.bind(UnixDomainSocketAddress.of(path));
    Thread.ofPlatform().daemon().name("door").start(this::open);
  }

  private void open() {
    try {
      while (true) {
        SocketChannel guest = door.accept();
        Thread eater = Thread.ofPlatform().daemon().name("eater").unstarted(() -> eat(guest));
        eaters.add(eater.threadId());
        eater.start();
      }
    } catch (ClosedChannelException e) {
      // The end.
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void eat(SocketChannel guest) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    try (guest) {
      while (guest.read(buffer.clear()) >= 0) {
        // More of it.
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// CPU nanoseconds of all Java threads that live now and don't eat: whoever sends, and whoever
  /// waits for it. Threads are asked one by one, because the clock of the process lags behind by as
  /// much as a tick for those that run; compilers and collectors are not among them.
  long othersCpuNanos() {
    long sum = 0;
    for (long id : THREADS.getAllThreadIds()) {
      if (!eaters.contains(id)) {
        sum += Math.max(THREADS.getThreadCpuTime(id), 0);
      }
    }
    return sum;
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
