package ropewalk.strict;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;

/// The other end of the torture, in a process and a network namespace of its own, with nothing of
/// ours in the way: takes pages from plain sockets of the JDK and answers for each which one it is,
/// and which version. `FarReader ADDRESS` prints the port it listens on and ends with its input.
public final class FarReader {
  private FarReader() {}

  /// Serves until standard input ends.
  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName(args[0]))) {
      System.out.println(server.getLocalPort());
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  while (true) {
                    Socket peer = server.accept();
                    Thread.ofPlatform().daemon().start(() -> answer(peer));
                  }
                } catch (IOException e) {
                  System.exit(0); // closed: it is over
                }
              });
      while (System.in.read() >= 0) {}
    }
    System.exit(0);
  }

  private static void answer(Socket peer) {
    byte[] page = new byte[PageVersions.PAGE];
    ByteBuffer report = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.nativeOrder());
    MemorySegment bytes = MemorySegment.ofArray(page);
    try (peer;
        DataInputStream in = new DataInputStream(peer.getInputStream());
        DataOutputStream out = new DataOutputStream(peer.getOutputStream())) {
      while (true) {
        if (ThreadLocalRandom.current().nextInt(64) == 0) {
          Thread.sleep(ThreadLocalRandom.current().nextInt(30)); // the sender's queue fills
        }
        in.readFully(page);
        int number = PageVersions.pageOf(bytes, 0);
        report.clear().putLong(number).putLong(PageVersions.of(bytes, 0, number));
        out.write(report.array());
      }
    } catch (IOException e) {
      // The sender is done.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
