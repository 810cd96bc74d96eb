package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.testkit.Pattern;

/// A body that can't be finished ends the connection, visibly, and leaves a line that says why.
class BrokenOffTest {
  private static final int SIZE = 32 << 20;
  private static final int READ = 1 << 20;

  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(longs = {0, 64 << 20})
  void aFileThatIsTruncatedMeanwhile(long cacheBytes) throws Exception {
    try (Served served = new Served(root, options -> options.withCacheBytes(cacheBytes))) {
      Path file = served.sparse("f", SIZE);
      served.put("next", "the next answer");
      try (RawPeer peer = served.slowPeer()) {
        peer.get("/f")
            .get("/next"); // a client that pipelines could take the next answer for the rest
        assertThat(peer.head().length()).isEqualTo(SIZE);
        assertThat(peer.in.readNBytes(READ)).hasSize(READ);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(READ);
        }
        assertThatThrownBy(() -> drain(peer))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("reset");
      }
      assertThat(served.lines(1))
          .singleElement()
          .asString()
          .contains("\"GET /f HTTP/1.1\" 200 ", " of " + SIZE + " bytes");
      assertServes(served);
    }
  }

  @Test
  void aPeerThatGoesAwayIsALineAndNothingElse() throws Exception {
    try (Served served = new Served(root)) {
      served.sparse("f", SIZE);
      served.put("next", "x");
      try (RawPeer peer = served.slowPeer()) {
        peer.get("/f").head();
        peer.socket.setSoLinger(true, 0);
      }
      assertThat(served.lines(1)).singleElement().asString().containsAnyOf("ECONNRESET", "EPIPE");
      assertServes(served);
    }
  }

  @Test
  void aPeerThatTakesNothingIsGivenUp() throws Exception {
    Duration idle = Duration.ofSeconds(1);
    try (Served served = new Served(root, options -> options.withIdleTimeout(idle))) {
      served.sparse("f", SIZE);
      served.put("next", "x");
      try (RawPeer peer = served.slowPeer()) {
        peer.get("/f").head();
        assertThat(served.lines(1))
            .singleElement()
            .asString()
            .containsPattern("not ready after \\d+ ms");
        assertThatThrownBy(() -> drain(peer))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("reset");
      }
      assertServes(served);
    }
  }

  @Test
  void aSlowPeerGetsAllOfIt() throws Exception {
    try (Served served = new Served(root)) {
      served.put("f", Pattern.bytes(5, 8 << 20));
      try (RawPeer peer = served.slowPeer()) {
        peer.get("/f").head();
        for (long at = 0; at < 8 << 20; at += 1 << 20) {
          Thread.sleep(20); // slow, not a check
          assertThat(peer.in.readNBytes(1 << 20)).isEqualTo(Pattern.bytes(5 + at, 1 << 20));
        }
      }
    }
  }

  private static void drain(RawPeer peer) throws IOException {
    byte[] chunk = new byte[1 << 16];
    while (peer.in.read(chunk) >= 0) {
      // until the end, whichever it is
    }
  }

  private static void assertServes(Served served) throws IOException {
    try (RawPeer peer = served.peer()) {
      assertThat(peer.get("/next").reply().status()).isEqualTo(200);
    }
  }
}
