package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.app.server.RawPeer.Reply;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// What arrives is the file, byte for byte, whatever its size and however many ask at a time;
/// through the cache and past it.
class DownloadTest {
  private static final int CHUNK = 1 << 16;
  private static final int[] SIZES = {
    0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1
  };

  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(longs = {0, 64 << 20})
  void everySizeArrivesWhole(long cacheBytes) throws Exception {
    try (Served served = new Served(root, options -> options.withCacheBytes(cacheBytes))) {
      try (RawPeer peer = served.peer()) {
        for (int size : SIZES) {
          Path file = served.put("f" + size, Pattern.bytes(size, size));
          assertThat(digestOf(peer.get("/f" + size)))
              .as("%d bytes", size)
              .isEqualTo(digestOf(file));
        }
      }
      assertThat(served.lines(SIZES.length))
          .hasSize(SIZES.length)
          .noneMatch(line -> line.contains("ms "));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64 << 20})
  void aMebibyteArrivesSixtyFourTimesAtATime(long cacheBytes) throws Exception {
    try (Served served = new Served(root, options -> options.withCacheBytes(cacheBytes))) {
      String whole = digestOf(served.put("m", Pattern.bytes(7, 1 << 20)));
      List<String> digests =
          atATime(
              64,
              () -> {
                try (RawPeer peer = served.peer()) {
                  String first = digestOf(peer.get("/m"));
                  return first.equals(digestOf(peer.get("/m"))) ? first : "the second one differs";
                }
              });
      assertThat(digests).hasSize(64).containsOnly(whole);
      assertThat(served.lines(128)).hasSize(128);
    }
  }

  @Test
  void partsOfThreeGibibytesComeFromWhereTheyAre() throws Exception {
    long size = 3L << 30;
    long[] marks = {0, (1L << 31) - 1, 1L << 31, (1L << 31) + 1, size - 1};
    try (Served served = new Served(root)) {
      served.sparse("big", size, marks);
      try (RawPeer peer = served.peer()) {
        for (long mark : marks) {
          long first = Math.max(mark - 5, 0);
          long last = Math.min(mark + 5, size - 1);
          Reply reply = peer.get("/big", "Range: bytes=" + first + "-" + last).reply();
          assertThat(reply.status()).isEqualTo(206);
          assertThat(reply.field("content-range"))
              .isEqualTo("bytes " + first + "-" + last + "/" + size);
          assertThat(reply.text().charAt((int) (mark - first))).isEqualTo('\1');
          assertThat(reply.text().chars().sum()).isEqualTo(marksBetween(marks, first, last));
        }
        assertThat(peer.request("HEAD", "/big").head().length()).isEqualTo(size);
      }
    }
  }

  /// `./mvnw … -Dtests.slow=` runs it: 12 GiB through the loopback device take half a minute.
  @Test
  @Tag("slow")
  void threeGibibytesArriveFourTimesAtATime() throws Exception {
    try (Served served = new Served(root)) {
      String whole = digestOf(served.sparse("big", 3L << 30, 5, 1L << 31, (3L << 30) - 1));
      List<String> digests =
          atATime(
              4,
              () -> {
                try (RawPeer peer = served.peer()) {
                  return digestOf(peer.get("/big"));
                }
              });
      assertThat(digests).hasSize(4).containsOnly(whole);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64 << 20})
  void randomRangesAreThatPartOfTheFile(long cacheBytes) throws Exception {
    int size = 300_001;
    byte[] all = Pattern.bytes(3, size);
    try (Served served = new Served(root, options -> options.withCacheBytes(cacheBytes))) {
      served.put("r", all);
      try (RawPeer peer = served.peer()) {
        Gen.check(
            200,
            gen -> {
              long first = gen.edgy(0, size - 1);
              long last = gen.edgy(first, size + 10);
              Reply head = peer.get("/r", "Range: bytes=" + first + "-" + last).head();
              assertThat(head.status()).isEqualTo(206);
              byte[] body = peer.in.readNBytes((int) head.length());
              assertThat(body)
                  .as("%d-%d", first, last)
                  .isEqualTo(
                      Pattern.bytes(3 + first, (int) (Math.min(last, size - 1) - first + 1)));
            });
      }
    }
  }

  @Test
  void curlGetsWhatTheFileIs() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "no curl on this machine");
    try (Served served = new Served(root)) {
      Path file = served.put("c d", Pattern.bytes(1, 3_000_000));
      String url = "http://127.0.0.1:" + served.server.port() + "/c%20d";
      Path got = root.resolve("got");
      assertThat(curl("-sf", "-o", got.toString(), url)).isZero();
      assertThat(Files.mismatch(got, file)).isEqualTo(-1);
      Files.write(got, Pattern.bytes(1, 1_000_000));
      assertThat(curl("-sf", "-C", "-", "-o", got.toString(), url))
          .isZero(); // goes on where it stopped
      assertThat(Files.mismatch(got, file)).isEqualTo(-1);
      assertThat(curl("-sf", "-o", "/dev/null", url + "/")).isEqualTo(22);
      assertThat(served.lines(3))
          .extracting(line -> line.replaceAll(".*HTTP/1.1\" (\\d+ \\d+).*", "$1"))
          .containsExactly("200 3000000", "206 2000000", "404 44");
    }
  }

  private interface Fetch {
    String digest() throws Exception;
  }

  private static List<String> atATime(int count, Fetch fetch) throws Exception {
    List<String> digests = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        running.add(clients.submit(fetch::digest));
      }
      for (Future<String> one : running) {
        digests.add(one.get(5, TimeUnit.MINUTES));
      }
    }
    return digests;
  }

  private static String digestOf(RawPeer peer) throws Exception {
    Reply head = peer.head();
    assertThat(head.status()).isEqualTo(200);
    return digestOf(peer.in, head.length());
  }

  private static String digestOf(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return digestOf(in, Files.size(file));
    }
  }

  private static String digestOf(InputStream in, long length) throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    byte[] chunk = new byte[CHUNK];
    long left = length;
    while (left > 0) {
      int got = in.read(chunk, 0, (int) Math.min(left, chunk.length));
      if (got < 0) {
        throw new IOException("ended " + left + " bytes too soon");
      }
      sha256.update(chunk, 0, got);
      left -= got;
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static int curl(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/curl", "--max-time", "30"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static int marksBetween(long[] marks, long first, long last) {
    int count = 0;
    for (long mark : marks) {
      count += mark >= first && mark <= last ? 1 : 0;
    }
    return count;
  }
}
