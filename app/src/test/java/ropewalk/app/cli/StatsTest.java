package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.app.server.ServeOptions;
import ropewalk.app.server.Server;
import ropewalk.file.CachedFile;
import ropewalk.file.NullSink;

/// `serve --stats` and whoever reads it: collectors, and `doctor --stats`.
class StatsTest {
  @TempDir Path folder;

  @Test
  void aCollectorAndADoctorSeeWhatTheCacheDid() throws Exception {
    Path path = Files.write(folder.resolve("file"), new byte[200_000]);
    try (Ropewalk walk = Ropewalk.open();
        Server figures = Server.stats(walk, ServeOptions.of(folder).withBind("127.0.0.1", 0));
        CachedFile file = walk.file(path);
        NullSink sink = new NullSink()) {
      var _ = walk.move(file.from(0, 200_000), sink);
      String text = get(figures.port(), "/metrics", 200);
      assertThat(text).contains("\nropewalk_cache_misses_total 4\n");
      assertThat(get(figures.port(), "/elsewhere", 404)).contains("/metrics");
      Cli watched = Cli.run("doctor", "--stats", "" + figures.port(), "--count", "2");
      assertThat(watched.code()).as(watched.err()).isZero();
      assertThat(watched.out()).contains("cache ", "4 runs", "hits ", "in all");
      assertThat(watched.out().lines()).allMatch(line -> line.length() <= 80);
      assertThat(watched.out().split("figures of", -1)).hasSize(3);
    }
  }

  private static String get(int port, String path, int status) throws Exception {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + port + path).toURL().openConnection(Proxy.NO_PROXY);
    connection.setRequestProperty("Connection", "close");
    assertThat(connection.getResponseCode()).isEqualTo(status);
    try (InputStream body =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whereNobodyTellsFiguresItSaysHowToHaveThem() {
    Cli nobody = Cli.run("doctor", "--stats", "1");
    assertThat(nobody.code()).isEqualTo(Main.FAILED);
    assertThat(nobody.err()).contains("serve DIR --stats 1");
  }

  @Test
  void countersAreRatesAndSharesAreOfTheLastMoment() {
    Map<String, Long> before =
        StatsView.parse("ropewalk_cache_hits_total 100\nropewalk_cache_misses_total 100\n");
    Map<String, Long> now =
        StatsView.parse(
            """
            # HELP ropewalk_cache_hits_total runs
            ropewalk_cache_hits_total 400
            ropewalk_cache_misses_total 200
            ropewalk_cache_bytes 1048576
            ropewalk_cache_bytes_max 2097152
            ropewalk_strange 1.5
            """);
    assertThat(now).hasSize(4);
    String page = new StatsView(now, before, 2).text();
    assertThat(page)
        .containsPattern("hits +150 +400  75\\.0 % of this second")
        .containsPattern("misses +50 +200")
        .contains("█".repeat(15) + "░".repeat(15) + "  1.0 MiB of 2.0 MiB");
  }
}
