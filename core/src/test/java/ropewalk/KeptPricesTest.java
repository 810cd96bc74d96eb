package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.page.PoolPlan;
import ropewalk.splice.Ask;
import ropewalk.splice.End;
import ropewalk.splice.Prices;

/// Kept on this machine, used on this machine, and never a reason not to start.
class KeptPricesTest {
  @TempDir Path directory;
  private String before = "";

  @BeforeEach
  void here() {
    before = System.setProperty(KeptPrices.PROPERTY, directory.resolve("a/prices").toString());
  }

  @AfterEach
  void restore() {
    System.setProperty(KeptPrices.PROPERTY, before);
  }

  private Path file() {
    return KeptPrices.file().orElseThrow();
  }

  @Test
  void nothingIsKeptAtFirst() {
    assertThat(KeptPrices.load()).isSameAs(Prices.NONE);
  }

  @Test
  void whatWasKeptIsLoaded() throws IOException {
    Ask ask = new Ask(End.Kind.FILE, End.Kind.TCP);
    Prices prices = Prices.measuredOn(KeptPrices.machine()).with(ask, "pages", 3);
    KeptPrices.keep(file(), prices);
    KeptPrices.keep(file(), prices.with(ask, "sendfile", 4));
    assertThat(KeptPrices.load().of(ask, "sendfile")).isEqualTo(4);
    assertThat(directory.resolve("a").toFile().list()).containsExactly("prices");
    try (Ropewalk walk = open()) {
      assertThat(walk.prices().of(ask, "pages")).isEqualTo(3);
    }
  }

  @Test
  void anotherMachinesPricesAreNotUsed() throws IOException {
    KeptPrices.keep(file(), Prices.measuredOn("Linux 2.4, elsewhere"));
    assertThat(KeptPrices.load()).isSameAs(Prices.NONE);
  }

  @Test
  void aSpoiltFileIsAsGoodAsNone() throws IOException {
    Files.createDirectories(directory.resolve("a"));
    Files.writeString(file(), "# " + KeptPrices.machine() + "\nrubbish\n");
    assertThat(KeptPrices.load()).isSameAs(Prices.NONE);
    Files.delete(file());
    Files.createDirectory(file());
    assertThat(KeptPrices.load()).isSameAs(Prices.NONE);
  }

  /// Measures in earnest: each pair of ends by each of its routes, and all prices are there.
  @Test
  void aCalibrationPricesWhatCouldGo() throws IOException {
    try (Ropewalk walk = open()) {
      Prices prices = walk.calibrate(directory, what -> {});
      Ask tcp = new Ask(End.Kind.FILE, End.Kind.TCP);
      assertThat(prices.of(tcp, "sendfile")).isPositive();
      assertThat(prices.of(tcp.withBytes(1), "pages")).isPositive();
      assertThat(prices.of(new Ask(End.Kind.TCP, End.Kind.UNIX), "splice2")).isPositive();
      assertThat(prices.of(new Ask(null, End.Kind.UNIX), "pages")).isPositive();
      assertThat(Prices.parse(prices.text()).text()).isEqualTo(prices.text());
      assertThat(directory).isEmptyDirectory();
    }
  }

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(16 << 20).plan(PoolPlan.of(16 << 20, 32 << 20)).open();
  }
}
