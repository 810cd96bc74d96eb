package ropewalk.bench.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The JDK: a FileChannel opened with DIRECT, and as many platform threads as the depth says.
final class ChannelReads implements DirectWay {
  private static final int ALIGNMENT = 4096;

  private final FileChannel channel;

  ChannelReads(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ, direct());
  }

  /// By name: the compiler warns of the class itself, which is the JDK's and no standard.
  private static OpenOption direct() throws IOException {
    try {
      for (Object option :
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
        if (option.toString().equals("DIRECT")) {
          return (OpenOption) option;
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IOException("this JDK has no direct I/O", e);
    }
    throw new IOException("this JDK has no direct I/O");
  }

  @Override
  public long run(String pattern, int depth, int block, long end) throws Exception {
    return Crew.work(
        Thread.ofPlatform().daemon().factory(),
        depth,
        number -> {
          Places places = new Places(pattern, channel.size(), block, number + 1);
          ByteBuffer buffer =
              ByteBuffer.allocateDirect(block + ALIGNMENT).alignedSlice(ALIGNMENT).limit(block);
          long ops = 0;
          while (System.nanoTime() < end) {
            int result = channel.read(buffer.rewind(), places.next());
            if (result != block) {
              throw new IOException("read: wanted " + block + ", result " + result);
            }
            ops++;
          }
          return ops;
        });
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
