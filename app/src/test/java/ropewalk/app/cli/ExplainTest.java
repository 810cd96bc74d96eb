package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.KeptPrices;

class ExplainTest {
  @TempDir Path directory;
  private String before = "";
  private String file = "";

  @BeforeEach
  void here() throws IOException {
    before = System.setProperty(KeptPrices.PROPERTY, directory.resolve("prices").toString());
    file = Files.write(directory.resolve("movie"), new byte[300_000]).toString();
  }

  @AfterEach
  void restore() {
    System.setProperty(KeptPrices.PROPERTY, before);
  }

  private static Map<String, Object> json(String... words) throws IOException {
    Cli told = Cli.run(words);
    assertThat(told.code()).as(told.err()).isZero();
    return JSON.std.mapFrom(told.out());
  }

  private static Object of(Map<?, ?> object, String key) {
    return Objects.requireNonNull(object.get(key), key);
  }

  @Test
  void theWayThatCopyTakesIsMarked() {
    Cli told = Cli.run("explain", file, "tcp://127.0.0.1:1");
    assertThat(told.code()).as(told.err()).isZero();
    assertThat(told.out())
        .contains("\nfile to tcp, 293.0 KiB, strict: ")
        .containsPattern("-> +pages +2 +don't show +free at once +- +taken")
        .containsPattern("sendfile +0 +show +nobody tells +- +live: ")
        .contains("Prices were not measured");
    assertThat(told.out().lines()).allMatch(line -> line.length() <= Table.WIDTH);
    Cli relaxed = Cli.run("explain", file, "tcp://127.0.0.1:1", "--relaxed");
    assertThat(relaxed.out()).containsPattern("-> +sendfile +0 +show");
  }

  @Test
  void whatGuardsACachedFileIsTried() throws IOException {
    String to = "tcp://127.0.0.1:1";
    assertThat(json("explain", file, to, "--json")).doesNotContainKey("guard");
    assertThat(json("explain", file, to, "--json", "--cached"))
        .hasEntrySatisfying("guard", said -> assertThat(said).asString().isNotEmpty());
    try (var _ = Files.newOutputStream(Path.of(file))) {
      Cli told = Cli.run("explain", file, to, "--cached");
      assertThat(told.out()).contains("\nothers who write it meanwhile: unguarded: ");
      assertThat(told.out().lines()).allMatch(line -> line.length() <= Table.WIDTH);
    }
  }

  /// What it says is what happens: copy reports the way that was marked.
  @Test
  void copyTakesTheWayThatWasExplained() throws IOException {
    String target = directory.resolve("target").toString();
    for (String to : List.of(target, "null:")) {
      Object taken = of(json("explain", file, to, "--json"), "taken");
      Object route = json("copy", file, to, "--json", "--quiet").get("route");
      assertThat(route).asString().isEqualTo(taken.equals("pages") ? "read+drop" : taken);
    }
  }

  @Test
  void oneWayCanBeAskedForByName() throws IOException {
    String target = directory.resolve("target").toString();
    assertThat(json("copy", file, target, "--json", "--route", "pages"))
        .containsEntry("route", "read+write");
    assertThat(json("copy", file, target, "--json", "--route", "sendfile"))
        .containsEntry("route", "sendfile");
    Cli wrong = Cli.run("copy", file, target, "--route", "teleport");
    assertThat(wrong.code()).isEqualTo(Main.USAGE);
    assertThat(wrong.err()).contains("--route: 'teleport' is none of [reflink, ");
    Cli declined = Cli.run("copy", file, target, "--route", "splice2");
    assertThat(declined.code()).isEqualTo(Main.FAILED);
    assertThat(declined.err()).contains("splice2: needs a socket as the source");
  }

  @Test
  void cachedFilesAreLentAndGivenWhereTheKernelKeepsItsWord() throws IOException {
    Map<String, Object> told =
        json("explain", file, "unix:" + directory.resolve("s"), "--cached", "--json");
    assertThat(told.get("taken")).asString().isIn("give", "pages");
  }

  /// Measured prices are kept, shown, and the cheapest sure way is the one that is marked.
  @Test
  void aCalibrationIsKeptAndShown() throws IOException {
    Cli told = Cli.run("doctor", "--calibrate");
    assertThat(told.code()).as(told.err()).isZero();
    assertThat(told.err()).contains("prices kept in " + directory.resolve("prices"));
    assertThat(told.out()).contains("Prices were measured on Linux ");
    Map<String, Object> object = json("explain", file, "tcp://127.0.0.1:1", "--relaxed", "--json");
    double cheapest = Double.POSITIVE_INFINITY;
    Object name = "";
    for (Object each : (List<?>) of(object, "routes")) {
      Map<?, ?> route = (Map<?, ?>) each;
      if (route.get("declined") == null) {
        double price = ((Number) of(route, "nanosPerKib")).doubleValue();
        name = price < cheapest ? of(route, "route") : name;
        cheapest = Math.min(price, cheapest);
      }
    }
    assertThat(object).containsEntry("taken", name);
  }

  @Test
  void whatCannotBeAskedIsSaid() {
    Cli missing = Cli.run("explain", directory.resolve("nothing").toString(), "null:");
    assertThat(missing.code()).isEqualTo(Main.FAILED);
    assertThat(missing.err()).contains("can't explain").contains("ENOENT");
    Cli wrongWay = Cli.run("explain", "null:", file);
    assertThat(wrongWay.code()).isEqualTo(Main.FAILED);
    assertThat(wrongWay.err()).contains("null: takes bytes");
    assertThat(Cli.run("explain", "http://a/b", file).code()).isEqualTo(Main.FAILED);
  }
}
