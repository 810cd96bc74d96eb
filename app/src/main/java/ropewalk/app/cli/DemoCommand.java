package ropewalk.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import ropewalk.Ropewalk;
import ropewalk.app.demo.LifeDemo;
import ropewalk.app.demo.LifeDrawing;
import ropewalk.app.demo.StrictDemo;

/// `./ropewalk demo strict`: shows what strict means, beside the JDK, on this machine; `demo life`
/// what becomes of pages meanwhile.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Shows what the house promises beside what the JDK does: the same file, peer and writer.",
    footer = {
      "",
      "strict: a slow send over TCP while the file is overwritten, and reads that are signed and sent",
      "while others write. Exit code 1 if a byte of ours turned.",
      "life: what becomes of the pages of a small file that is lent, given, overwritten and dropped.",
      "",
      "Example:",
      "  ./ropewalk demo strict --svg strict.svg",
      "  ./ropewalk demo life --svg life.svg"
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls us
final class DemoCommand implements Callable<Integer> {
  /// What can be shown.
  enum What {
    strict,
    life
  }

  @Parameters(index = "0", paramLabel = "WHAT", description = "What to show: strict or life.")
  private What what;

  @Option(names = "--svg", paramLabel = "FILE", description = "Keep the picture there.")
  private @Nullable Path svg;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "Where files of some mebibytes may be made (default: the temporary folder).")
  private @Nullable Path folder;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "So many signed reads each (default: 20).")
  private int rounds = 20;

  @Override
  public Integer call() throws Exception {
    Path place = folder == null ? Path.of(System.getProperty("java.io.tmpdir")) : folder;
    try (Ropewalk walk = Ropewalk.open()) {
      if (what == What.life) {
        LifeDemo.Told told = LifeDemo.run(walk, place);
        System.out.print(LifeDrawing.text(told));
        keep(LifeDrawing.svg(told));
        return Main.DONE;
      }
      StrictDemo demo = StrictDemo.run(walk, place, rounds, Terminal.columns());
      System.out.print(demo.text());
      keep(demo.svg());
      return demo.isKept() ? Main.DONE : Main.FAILED;
    } catch (IOException e) {
      throw Failure.of("demo " + what, e);
    }
  }

  private void keep(String picture) throws IOException {
    if (svg != null) {
      Files.writeString(svg, picture);
      System.err.println("picture: " + svg);
    }
  }
}
