package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `./ropewalk demo strict` as people meet it. It is an experiment: what the JDK's bytes do is this
/// kernel's business, what ours do is tested.
@Timeout(180)
class DemoCommandTest {
  private static final Pattern TURNED =
      Pattern.compile("(?m)^(.+): (\\d+) of (\\d+) pages handed over before turned under way$");

  @TempDir Path folder;

  @Test
  void oursDoNotTurnAndTheirsDo() throws Exception {
    Path svg = folder.resolve("strict.svg");
    Cli cli =
        Cli.run(
            "demo",
            "strict",
            "--folder",
            folder.toString(),
            "--svg",
            svg.toString(),
            "--rounds",
            "3");
    assertThat(cli.err()).contains("picture: " + svg);
    assertThat(cli.code()).isEqualTo(Main.DONE);
    Matcher rows = TURNED.matcher(cli.out());
    assertThat(rows.find()).isTrue();
    assertThat(rows.group(1)).isEqualTo("FileChannel.transferTo");
    assertThat(Integer.parseInt(rows.group(2))).as("turned, theirs").isPositive();
    assertThat(rows.find()).isTrue();
    assertThat(rows.group(1)).isEqualTo("Ropewalk");
    assertThat(Integer.parseInt(rows.group(2))).as("turned, ours").isZero();
    assertThat(Integer.parseInt(rows.group(3))).as("handed over, ours").isGreaterThan(100);
    assertThat(cli.out()).contains("Ropewalk, tee: 0 of 3 signatures do not fit");
    String picture = Files.readString(svg);
    assertThat(picture).startsWith("<svg").contains("transferTo", "Ropewalk").endsWith("</svg>\n");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(svg);
    }
  }

  @Test
  void onlyWhatThereIsCanBeShown() {
    assertThat(Cli.run("demo", "magic").code()).isEqualTo(Main.USAGE);
    assertThat(Cli.run("demo").code()).isEqualTo(Main.USAGE);
    Cli nowhere = Cli.run("demo", "strict", "--folder", folder.resolve("none").toString());
    assertThat(nowhere.code()).isEqualTo(Main.FAILED);
    assertThat(nowhere.err()).contains("demo strict");
  }
}
