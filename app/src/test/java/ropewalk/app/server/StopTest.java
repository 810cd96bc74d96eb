package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.testkit.Pattern;

/// How a server ends, and how many it lets in.
class StopTest {
  private static final int SIZE = 16 << 20;

  @TempDir Path root;

  @Test
  void whatIsUnderWayIsFinished() throws Exception {
    try (Served served =
            new Served(root, options -> options.withStopTimeout(Duration.ofMinutes(1)));
        RawPeer busy = served.slowPeer();
        RawPeer idle = served.peer()) {
      served.put("f", Pattern.bytes(0, SIZE));
      served.put("a", "x");
      assertThat(idle.get("/a").reply().text()).isEqualTo("x");
      assertThat(busy.get("/f").head().length()).isEqualTo(SIZE);
      Thread stop = Thread.ofVirtual().start(served.server::close);
      assertThat(idle.isEnded()).isTrue();
      assertThatThrownBy(served::peer).isInstanceOf(ConnectException.class);
      assertThat(busy.in.readNBytes(SIZE)).isEqualTo(Pattern.bytes(0, SIZE));
      assertThat(busy.isEnded()).isTrue();
      stop.join();
      served.server.await();
      assertThat(served.log).hasSize(2).noneMatch(line -> line.contains("ms "));
    }
  }

  @Test
  void atTheDeadlineItIsCut() throws Exception {
    try (Served served =
            new Served(root, options -> options.withStopTimeout(Duration.ofMillis(100)));
        RawPeer busy = served.slowPeer()) {
      served.put("f", Pattern.bytes(0, SIZE));
      assertThat(busy.get("/f").head().length()).isEqualTo(SIZE);
      served.server.close();
      assertThatThrownBy(() -> busy.in.readNBytes(SIZE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
      assertThat(served.log).singleElement().asString().endsWith("cut: the server stops");
    }
  }

  @Test
  void closingTwiceIsClosingOnce() throws Exception {
    try (Served served = new Served(root)) {
      served.server.close();
      served.server.close();
    }
  }

  @Test
  void noMoreAreLetInThanThereIsRoomFor() throws Exception {
    try (Served served = new Served(root, options -> options.withConnectionsMax(2));
        RawPeer third = thirdOf(served)) {
      served.put("a", "x");
      assertThat(third.get("/a").reply().text()).isEqualTo("x");
    }
  }

  /// A connection that has to wait until one of two others has ended.
  private static RawPeer thirdOf(Served served) throws IOException {
    try (RawPeer first = served.peer();
        RawPeer second = served.peer()) {
      assertThat(first.get("/none").reply().status()).isEqualTo(404);
      assertThat(second.get("/none").reply().status()).isEqualTo(404);
      RawPeer third = served.peer().get("/none");
      assertThat(first.get("/none").reply().status()).isEqualTo(404);
      assertThat(served.server.connections()).isEqualTo(2);
      first.socket.close();
      assertThat(third.reply().status()).isEqualTo(404);
      return third;
    }
  }
}
