package ropewalk.bench.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.bench.Book;

/// What the benches of the cache are built of. Nothing here looks at a time.
class CacheBenchTest {
  @TempDir Path folder;

  @Test
  void asManyPagesAreOverwrittenAsWasAskedForWhateverIsSentAtATime() throws Exception {
    for (int percent : new int[] {0, 1, 10, 100}) {
      for (long size : new long[] {4 << 10, 64 << 10, 1 << 20}) {
        Rewriting rewriting = new Rewriting(percent);
        List<Long> written = new ArrayList<>();
        long pages = 0;
        for (int i = 0; i < 400; i++) {
          rewriting.pages(0, size, written::add);
          pages += size / Rewriting.PAGE;
        }
        assertThat((long) written.size()).isEqualTo(pages * percent / 100);
        assertThat(written).allMatch(at -> at >= 0 && at < size && at % Rewriting.PAGE == 0);
      }
    }
  }

  @Test
  void theFirstOfZipfIsWantedTwiceAsOftenAsTheSecond() {
    long bytes = 64L << 20;
    ZipfKeys keys = new ZipfKeys(bytes);
    long[] drawn = keys.draw(200_000, 7);
    assertThat(Arrays.stream(drawn).allMatch(at -> at >= 0 && at < bytes)).isTrue();
    assertThat(Arrays.stream(drawn).allMatch(at -> at % ZipfKeys.PAGE == 0)).isTrue();
    Map<Long, Integer> counts = new LinkedHashMap<>();
    for (long at : drawn) {
      counts.merge(at / ZipfKeys.RUN, 1, Integer::sum);
    }
    List<Integer> most = counts.values().stream().sorted((a, b) -> b - a).toList();
    assertThat((double) most.get(0) / most.get(1)).isCloseTo(2, within(0.2));
    assertThat(keys.bytesFor(0.5)).isGreaterThan(ZipfKeys.RUN).isLessThan(bytes / 8);
    assertThat(keys.bytesFor(1)).isEqualTo(bytes);
  }

  @Test
  void ratiosAreThoseOfARound() throws Exception {
    Book book = new Book("few", new LinkedHashMap<>(Map.of("command", "a test")));
    for (int round = 1; round <= 5; round++) {
      book.add("cell", "ours", "ns", 2.0 * round);
      book.add("cell", "peer", "ns", round);
    }
    assertThat(book.ratio("cell", "ours", "peer", "ns").median()).isEqualTo(2);
    assertThat(book.median("cell", "ours", "ns")).isEqualTo(6);
    assertThat(Book.words(book.ratio("cell", "ours", "peer", "ns"))).startsWith("2.00 [2.00");
    book.say("%d words%n", 2);
    book.write(folder, "A title");
    assertThat(Files.readString(folder.resolve("few.md")))
        .contains("# A title", "- command: a test", "2 words");
    assertThat(Files.readString(folder.resolve("few.json"))).contains("[2.0,4.0,6.0,8.0,10.0]");
  }

  @Test
  void aCarefulReaderAndWriterHoldsNoMoreThanItsBuffer() throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[4 << 20]);
    Path door = folder.resolve("door.sock");
    try (Eater eater = new Eater(door);
        Holding copied = new Holding.Copied(file, door)) {
      copied.transfer(4 << 20, new Rewriting(100));
      assertThat(copied.held(4 << 20, 100)).isEqualTo(Holding.STEP);
      copied.transfer(4096, new Rewriting(0));
      assertThat(copied.held(4096, 0)).isEqualTo(4096);
      assertThat(eater.othersCpuNanos()).isPositive();
    }
  }
}
