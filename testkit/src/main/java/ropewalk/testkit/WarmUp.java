package ropewalk.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;

/// One connection on a virtual thread, read while another thread closes it: after that the JDK has
/// opened every descriptor that it keeps for the life of the process.
final class WarmUp {
  private static boolean done;

  private WarmUp() {}

  @SuppressWarnings("try") // closing early, under a reader, is the point
  static synchronized void once() {
    if (done) {
      return;
    }
    done = true;
    new SecureRandom().nextInt();
    try (ServerSocketChannel listener =
            ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketChannel near = SocketChannel.open(listener.getLocalAddress());
        SocketChannel far = listener.accept();
        Selector selector = Selector.open()) {
      selector.selectNow();
      Thread reader = Thread.ofVirtual().name("audit-warm-up").start(() -> readUntilClosed(near));
      Thread filler = Thread.ofVirtual().name("audit-warm-up").start(() -> writeUntilClosed(far));
      // Both are parked on their poller soon; should the machine be slow, the audit's settling
      // and its list of names still hold.
      for (int i = 0; i < 200 && !(waiting(reader) && waiting(filler)); i++) {
        Thread.sleep(1);
      }
      near.close();
      far.close();
      reader.join();
      filler.join();
    } catch (IOException e) {
      throw new AssertionError("loopback is needed by the tests: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean waiting(Thread thread) {
    return thread.getState() == Thread.State.WAITING;
  }

  private static void readUntilClosed(SocketChannel channel) {
    try {
      while (channel.read(ByteBuffer.allocateDirect(1)) >= 0) {
        Thread.onSpinWait();
      }
    } catch (IOException closed) {
      // as it should
    }
  }

  private static void writeUntilClosed(SocketChannel channel) {
    ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
    try {
      while (channel.write(block.clear()) > 0) {
        Thread.onSpinWait();
      }
    } catch (IOException closed) {
      // as it should
    }
  }
}
