package ropewalk.app.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URLConnection;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.net.Address;
import ropewalk.testkit.Pattern;

/// A proxy between real clients and targets: bodies, half-closes, failures, limits, and its end.
@Timeout(120)
@SuppressWarnings("try") // who is connected, and who closes first, is the point
class ProxyTest {
  private static final int SIZE = 5_000_003;

  @TempDir Path folder;

  @Test
  void anHttpClientGetsWhatTheServerHas() throws Exception {
    try (Served served = new Served(folder)) {
      served.put("f", Pattern.bytes(0, SIZE));
      ProxyOptions options =
          ProxyOptions.of("tcp://127.0.0.1:0", "tcp://127.0.0.1:" + served.server.port());
      try (Proxy proxy = Proxy.start(served.walk, options)) {
        URI file = URI.create("http://127.0.0.1:" + port(proxy) + "/f");
        for (int i = 0; i < 3; i++) {
          URLConnection connection = file.toURL().openConnection();
          connection.setRequestProperty("Connection", "close");
          try (InputStream body = connection.getInputStream()) {
            byte[] bytes = body.readAllBytes();
            assertThat(bytes).hasSize(SIZE);
            Pattern.verify(bytes, 0);
          }
        }
      }
    }
  }

  @Test
  void aHalfCloseIsPassedOnAndTheAnswerComesBack() throws Exception {
    try (Proxied proxied = new Proxied(options -> options);
        Socket client = proxied.client()) {
      FutureTask<Void> sending = start(() -> sendAll(client, SIZE));
      try (Socket target = proxied.accept()) {
        byte[] question = target.getInputStream().readAllBytes();
        assertThat(question).hasSize(SIZE);
        Pattern.verify(question, 0);
        target.getOutputStream().write("thanks".getBytes(UTF_8));
      }
      assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).isEqualTo("thanks");
      sending.get();
      assertThat(proxied.lines(1))
          .singleElement()
          .asString()
          .matches("\\S+Z 127.0.0.1:\\d+ tcp://127.0.0.1:\\d+ ended " + SIZE + " 6 0/0 [0-9.]+ms");
      assertThat(proxied.proxy.totals().ended()).isEqualTo(1);
      assertThat(proxied.proxy.totals().forth()).isEqualTo(SIZE);
    }
  }

  @Test
  void aTargetThatIsDownIsASentenceAndAReset() throws Exception {
    try (Proxied proxied = new Proxied(options -> options)) {
      proxied.target.close();
      try (Socket client = proxied.client()) {
        assertThatThrownBy(() -> read(client)).isInstanceOf(IOException.class);
      }
      assertThat(proxied.lines(1))
          .singleElement()
          .asString()
          .contains(" unjoined 0 0 0/0 ", "ECONNREFUSED");
      assertThat(proxied.proxy.totals().broken()).isEqualTo(1);
    }
  }

  @Test
  void aResetIsPassedOn() throws Exception {
    try (Proxied proxied = new Proxied(options -> options);
        Socket client = proxied.client();
        Socket target = proxied.accept()) {
      client.getOutputStream().write(1);
      assertThat(target.getInputStream().read()).isEqualTo(1);
      target.setSoLinger(true, 0);
      target.close();
      assertThatThrownBy(() -> read(client)).isInstanceOf(IOException.class);
      assertThat(proxied.lines(1)).singleElement().asString().contains(" target-failed 1 0 ");
    }
  }

  @Test
  void aSilentConnectionIsEnded() throws Exception {
    try (Proxied proxied = new Proxied(options -> options.withIdleTimeout(Duration.ofMillis(200)));
        Socket client = proxied.client();
        Socket target = proxied.accept()) {
      client.getOutputStream().write(1);
      assertThat(target.getInputStream().read()).isEqualTo(1);
      assertThatThrownBy(() -> read(client)).isInstanceOf(IOException.class);
      assertThat(proxied.lines(1)).singleElement().asString().contains(" idle 1 0 ");
    }
  }

  /// Further connections wait; none is refused.
  @Test
  void noMoreAreLetInThanThereIsRoomFor() throws Exception {
    try (Proxied proxied = new Proxied(options -> options.withConnectionsMax(2));
        Socket second = proxied.client()) {
      Socket third;
      try (Socket first = proxied.client();
          Socket one = proxied.accept();
          Socket two = proxied.accept()) {
        third = proxied.client();
        third.getOutputStream().write(3);
        assertThat(proxied.proxy.connections()).isEqualTo(2);
        proxied.target.setSoTimeout(300);
        assertThatThrownBy(proxied::accept).isInstanceOf(SocketTimeoutException.class);
        proxied.target.setSoTimeout(30_000);
      }
      try (third;
          Socket late = proxied.accept()) {
        assertThat(late.getInputStream().read()).isEqualTo(3);
      }
    }
  }

  @Test
  void whatIsUnderWayMayEnd() throws Exception {
    try (Proxied proxied = new Proxied(options -> options.withStopTimeout(Duration.ofMinutes(1)));
        Socket client = proxied.client();
        Socket target = proxied.accept()) {
      // Whoever slips in below ends at once.
      FutureTask<Void> ending = start(() -> endAll(proxied));
      Thread stop = Thread.ofVirtual().start(proxied.proxy::close);
      while (true) {
        try (Socket late = proxied.client()) {
          Thread.sleep(1); // it still listens
        } catch (ConnectException closed) {
          break;
        }
      }
      FutureTask<Void> sending = start(() -> sendAll(client, SIZE));
      assertThat(target.getInputStream().readAllBytes()).hasSize(SIZE);
      sending.get();
      target.close();
      assertThat(client.getInputStream().read()).isNegative();
      stop.join();
      proxied.proxy.await();
      assertThat(proxied.log).anyMatch(line -> line.contains(" ended " + SIZE + " 0 0/0 "));
      proxied.target.close();
      ending.get();
    }
  }

  private static int port(Proxy proxy) {
    return ((Address.Tcp) proxy.address()).port();
  }

  private static Void endAll(Proxied proxied) {
    try {
      while (true) {
        proxied.accept().close();
      }
    } catch (IOException e) {
      return null; // the test is over
    }
  }

  @Test
  void atTheDeadlineItIsCut() throws Exception {
    try (Proxied proxied = new Proxied(options -> options.withStopTimeout(Duration.ofMillis(100)));
        Socket client = proxied.client();
        Socket target = proxied.accept()) {
      client.getOutputStream().write(1);
      assertThat(target.getInputStream().read()).isEqualTo(1);
      proxied.proxy.close();
      assertThatThrownBy(() -> read(client)).isInstanceOf(IOException.class);
      assertThat(proxied.log).singleElement().asString().contains(" cut 1 0 ");
    }
  }

  /// A target whose backlog is full keeps who connects to it waiting: neither the connect's
  /// deadline nor the stop's may be missed for that.
  @Test
  void aTargetThatDoesNotAcceptIsGivenUp() throws Exception {
    Path path = folder.resolve("target");
    try (ServerSocketChannel target = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Ropewalk walk = Ropewalk.builder().cacheBytes(0).open()) {
      target.bind(UnixDomainSocketAddress.of(path), 1);
      try (var _ = walk.connect("unix:" + path);
          var _ = walk.connect("unix:" + path)) {
        assertThatThrownBy(() -> walk.connect("unix:" + path, Duration.ofMillis(50)))
            .isInstanceOf(SocketTimeoutException.class)
            .hasMessageContaining("backlog");
        ProxyOptions options =
            ProxyOptions.of("tcp://127.0.0.1:0", "unix:" + path)
                .withConnectTimeout(Duration.ofSeconds(60))
                .withStopTimeout(Duration.ofMillis(50));
        Proxy proxy = Proxy.start(walk, options);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port(proxy))) {
          while (proxy.connections() == 0) {
            Thread.sleep(1);
          }
          proxy.close();
          assertThatThrownBy(() -> read(client)).isInstanceOf(IOException.class);
          assertThat(proxy.totals().broken()).isEqualTo(1);
        } finally {
          proxy.close();
        }
      }
    }
  }

  private static <T> FutureTask<T> start(java.util.concurrent.Callable<T> callable) {
    FutureTask<T> task = new FutureTask<>(callable);
    Thread.ofVirtual().start(task);
    return task;
  }

  private static Void sendAll(Socket to, int size) throws IOException {
    to.getOutputStream().write(Pattern.bytes(0, size));
    to.shutdownOutput();
    return null;
  }

  /// The next byte; an end, which nobody here has said, is none.
  private static int read(Socket from) throws IOException {
    int read = from.getInputStream().read();
    assertThat(read).as("an orderly end").isNotNegative();
    return read;
  }
}
