package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.file.CachedFile;
import ropewalk.net.Address;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.splice.MoveOptions;
import ropewalk.testkit.Pattern;

/// A slow reader, and a file that is overwritten while it is being sent: what was handed over stays
/// as it was. The same with `FileChannel.transferTo` shows other bytes than were handed over, so
/// that this test can fail.
///
/// ```
///   0 ........ READ ............ handed over .................. SIZE
///   |  taken     |  in flight         |   not yet handed over     |
///   |  old       |  old (strict)      |   old or new, by the page |      transferTo: "in flight" turns new
/// ```
class StrictTest {
  private static final int SIZE = 64 << 20;
  private static final int READ = 1 << 20;
  private static final int PAGE = 4096;
  private static final int STEP = 1 << 20;

  /// Small enough that most of the file is still to come when the reader stops.
  private static final int READER_BUFFER = 256 << 10;

  @TempDir Path folder;

  @Test
  void whatWasHandedOverStaysOld() throws Exception {
    Path path = oldFile();
    AtomicLong handed = new AtomicLong();
    try (Ropewalk walk = Ropewalk.open();
        Listener listener = walk.listen("tcp://127.0.0.1:0");
        SocketChannel reader = reader(((Address.Tcp) listener.address()).port());
        Socket socket = listener.accept();
        CachedFile file = walk.file(path);
        CachedFile other = walk.file(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MoveOptions options = MoveOptions.DEFAULT.withProgress(handed::set);
      Transfer transfer = new Transfer(() -> walk.move(file, socket, options));
      byte[] got = new byte[SIZE];
      read(reader, got, 0, READ);
      long before = settled(handed);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment step = arena.allocate(STEP);
        for (int at = 0; at < SIZE; at += STEP) {
          Pattern.fill(step, newStart() + at);
          assertThat(other.write(step, at)).isEqualTo(STEP);
        }
      }
      read(reader, got, READ, SIZE);
      transfer.join();
      assertThat(before).isBetween((long) READ, (long) SIZE - STEP);
      assertThat(firstNew(got, before))
          .as("a new byte among the %d handed over", before)
          .isEqualTo(-1);
      assertEachPageIsOneVersion(got);
      assertThat(isNew(got, SIZE - PAGE)).as("the end, which nobody had handed over").isTrue();
    }
  }

  @Test
  void transferToShowsNewBytes() throws Exception {
    Path path = oldFile();
    AtomicLong handed = new AtomicLong();
    try (ServerSocketChannel listener =
            ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketChannel reader = reader(listener.socket().getLocalPort());
        SocketChannel socket = listener.accept();
        FileChannel file =
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Transfer transfer =
          new Transfer(
              () -> {
                while (handed.get() < SIZE) {
                  handed.addAndGet(file.transferTo(handed.get(), STEP / 16, socket));
                }
              });
      byte[] got = new byte[SIZE];
      read(reader, got, 0, READ);
      long before = settled(handed);
      file.write(ByteBuffer.wrap(Pattern.bytes(newStart(), SIZE)), 0);
      read(reader, got, READ, SIZE);
      transfer.join();
      assertThat(firstNew(got, before))
          .as("new bytes among the %d handed over", before)
          .isNotEqualTo(-1);
    }
  }

  @Test
  void aResponseIsMadeOfWholePages() throws Exception {
    Path path = oldFile();
    try (Served served = new Served(folder);
        RawPeer peer = served.slowPeer();
        CachedFile other =
            served.walk.file(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      assertThat(peer.get("/f").head().length()).isEqualTo(SIZE);
      byte[] got = new byte[SIZE];
      assertThat(peer.in.readNBytes(got, 0, READ)).isEqualTo(READ);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment all = arena.allocate(SIZE);
        Pattern.fill(all, newStart());
        assertThat(other.write(all, 0)).isEqualTo(SIZE);
      }
      assertThat(peer.in.readNBytes(got, READ, SIZE - READ)).isEqualTo(SIZE - READ);
      assertThat(firstNew(got, READ)).isEqualTo(-1);
      assertEachPageIsOneVersion(got);
    }
  }

  private Path oldFile() throws IOException {
    return Files.write(folder.resolve("f"), Pattern.bytes(0, SIZE));
  }

  private static long newStart() {
    return Pattern.version(1);
  }

  private static boolean isNew(byte[] got, int page) {
    return Pattern.mismatch(MemorySegment.ofArray(got).asSlice(page, PAGE), newStart() + page) < 0;
  }

  /// Where the first byte below `end` is that is not the old one, or -1.
  private static long firstNew(byte[] got, long end) {
    return Pattern.mismatch(MemorySegment.ofArray(got).asSlice(0, end), 0);
  }

  private static void assertEachPageIsOneVersion(byte[] got) {
    MemorySegment all = MemorySegment.ofArray(got);
    for (int page = 0; page < got.length; page += PAGE) {
      boolean isOld = Pattern.mismatch(all.asSlice(page, PAGE), page) < 0;
      assertThat(isOld || isNew(got, page)).as("the page at %d is of one version", page).isTrue();
    }
  }

  private static SocketChannel reader(int port) throws IOException {
    SocketChannel reader = SocketChannel.open();
    reader.setOption(java.net.StandardSocketOptions.SO_RCVBUF, READER_BUFFER);
    reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return reader;
  }

  private static void read(SocketChannel reader, byte[] target, int from, int to)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(target, from, to - from);
    while (buffer.hasRemaining()) {
      assertThat(reader.read(buffer))
          .as("the connection ended at %d", buffer.position())
          .isNotNegative();
    }
  }

  /// The count when it has stood still for a while: the sender waits for room.
  private static long settled(AtomicLong count) throws InterruptedException {
    long last = -1;
    for (int same = 0; same < 10; same++) {
      if (count.get() != last) {
        last = count.get();
        same = 0;
      }
      Thread.sleep(20);
    }
    return last;
  }

  /// A transfer on a virtual thread; [#join] throws what it threw.
  private static final class Transfer {
    private final Thread thread;
    private volatile @Nullable Throwable thrown;

    interface Body {
      void run() throws Exception;
    }

    Transfer(Body body) {
      thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      body.run();
                    } catch (Throwable e) {
                      thrown = e;
                    }
                  });
    }

    void join() throws InterruptedException {
      thread.join();
      assertThat(thrown).isNull();
    }
  }
}
