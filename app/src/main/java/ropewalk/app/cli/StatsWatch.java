package ropewalk.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Watches a running `serve --stats PORT`: asks for its figures once a second and shows them. On a
/// terminal each page replaces the one before; else pages follow each other, for a log.
final class StatsWatch {
  private static final int PERIOD_MILLIS = 1000;
  private static final int TIMEOUT_MILLIS = 5000;
  private static final double NANOS = 1e9;
  private static final String HOME_AND_CLEAR = "\033[H\033[J";

  private final int port;
  private final int count;

  /// @param port where the figures are told, on this machine
  /// @param count how many pages to show
  StatsWatch(int port, int count) {
    this.port = port;
    this.count = count;
  }

  /// Shows pages until there have been enough, or the server has gone.
  int run() throws Failure, InterruptedException {
    boolean isTerminal = Terminal.isShown();
    Map<String, Long> before = read();
    long then = System.nanoTime();
    for (int i = 0; i < count; i++) {
      Thread.sleep(PERIOD_MILLIS);
      Map<String, Long> now;
      try {
        now = read();
      } catch (Failure e) {
        System.err.println("the server on port " + port + " has gone");
        return Main.DONE;
      }
      long moment = System.nanoTime();
      String page = new StatsView(now, before, (moment - then) / NANOS).text();
      System.out.print(isTerminal ? HOME_AND_CLEAR : "");
      System.out.printf("ropewalk, figures of 127.0.0.1:%d%n%n%s%n", port, page);
      System.out.flush();
      before = now;
      then = moment;
    }
    return Main.DONE;
  }

  private Map<String, Long> read() throws Failure {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + "/metrics")
                  .toURL()
                  .openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setRequestProperty("Connection", "close"); // else the JDK keeps it for later
      try (InputStream body = connection.getInputStream()) {
        return StatsView.parse(new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (ConnectException e) {
      throw new Failure(
          "nobody tells figures on 127.0.0.1:%d; start 'ropewalk serve DIR --stats %d'"
              .formatted(port, port));
    } catch (IOException | IllegalArgumentException e) {
      throw new Failure("can't read the figures on 127.0.0.1:" + port + ": " + e.getMessage());
    }
  }
}
