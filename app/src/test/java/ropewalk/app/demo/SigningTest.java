package ropewalk.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.crypto.Digest;
import ropewalk.file.NullSink;
import ropewalk.file.PlainFile;
import ropewalk.net.Socket;
import ropewalk.splice.MoveOptions;

/// Feature F3-8, the file server's signed reads: 8 MiB each, a MAC over the pages that are sent,
/// and several clients that write without a pause.
@Timeout(240)
class SigningTest {
  private static final int WRITERS = 3;

  /// More than the relaxed server has ever needed to be caught; a handful is usual.
  private static final int ROUNDS_MAX = 400;

  @TempDir Path folder;

  @Test
  @DisplayName("R-22: signature and bytes always agree, whoever writes meanwhile")
  void signatureAndBytesAlwaysAgree() throws Exception {
    try (Ropewalk walk = Ropewalk.open()) {
      try (Signing.Server ours = new Signing.Ours(walk, folder)) {
        assertThat(Signing.run(ours, 40, WRITERS, wrong -> false)).isZero();
      }
      assertThat(walk.cache().stats().versions())
          .as("reads that were overtaken by a write")
          .isPositive();
    }
  }

  @Test
  @DisplayName("the same server sending relaxed is caught: the test can fail")
  void aRelaxedServerIsCaught() throws Exception {
    try (Ropewalk walk = Ropewalk.open();
        Signing.Server relaxed = new Relaxed(walk, folder)) {
      assertThat(Signing.run(relaxed, ROUNDS_MAX, WRITERS, wrong -> wrong > 0)).isPositive();
    }
  }

  /// Digests the file and lets the kernel send it: what it sends is what the file is by then.
  private static final class Relaxed implements Signing.Server {
    private final Ropewalk walk;
    private final Path file;
    private final PlainFile plain;
    private final FileChannel channel;

    Relaxed(Ropewalk walk, Path folder) throws IOException {
      this.walk = walk;
      file = Signing.file(folder);
      plain = walk.plainFile(file);
      channel = FileChannel.open(file, StandardOpenOption.WRITE);
    }

    @Override
    public String name() {
      return "Ropewalk, relaxed";
    }

    @Override
    public void serve(int port) throws IOException {
      try (Arena arena = Arena.ofConfined();
          Digest digest = Digest.open("sha256");
          NullSink sink = new NullSink();
          Socket socket = walk.connect("tcp://127.0.0.1:" + port)) {
        var _ = walk.move(walk.digest(plain.from(0, Signing.READ), digest), sink);
        var _ =
            walk.move(
                plain.from(0, Signing.READ),
                socket,
                MoveOptions.DEFAULT.relaxed().withLimit(Signing.READ).withMore());
        socket.send(arena.allocateFrom(ValueLayout.JAVA_BYTE, Signing.mac(digest.finish())), false);
        socket.shutdownOutput();
      }
    }

    @Override
    public void write(byte[] bytes, long offset) throws IOException {
      int _ = channel.write(ByteBuffer.wrap(bytes), offset);
    }

    @Override
    public void close() throws IOException {
      plain.close();
      channel.close();
      Files.delete(file);
    }
  }
}
