package ropewalk.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import ropewalk.KeptPrices;
import ropewalk.Ropewalk;
import ropewalk.splice.Prices;

/// `./ropewalk doctor`: asks this machine what it can do, by trying.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Says what this kernel offers, which engine and routes follow, what is missing and how to"
            + " get it.",
    footer = {"", "Example:", "  ./ropewalk doctor --json", "  ./ropewalk doctor --stats 9100"})
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "One JSON object with the same facts.")
  private boolean isJson;

  @Option(
      names = "--calibrate",
      description =
          "Measure what the routes cost here, some seconds, and keep it for the next ones.")
  private boolean isCalibrating;

  @Option(
      names = "--stats",
      paramLabel = "PORT",
      description = "Watch a running 'serve --stats PORT' instead: its figures, second by second.")
  private @Nullable Integer stats;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "With --stats: end after so many seconds (default: at Ctrl-C, or at its end).")
  private int count = Integer.MAX_VALUE;

  @Override
  public Integer call() throws Exception {
    if (stats != null) {
      return new StatsWatch(stats, count).run();
    }
    if (isCalibrating) {
      calibrate();
    }
    try (Ropewalk walk = Ropewalk.open()) {
      Findings findings = Findings.find(walk);
      System.out.print(isJson ? findings.json() + "\n" : findings.text());
      return Main.DONE;
    } catch (IOException e) {
      throw Failure.of("can't start", e);
    }
  }

  private void calibrate() throws Failure {
    Path file =
        KeptPrices.file()
            .orElseThrow(
                () ->
                    new Failure(
                        "--calibrate: there is no file to keep prices in: -D%s=none"
                            .formatted(KeptPrices.PROPERTY)));
    boolean isShown = Terminal.columns() > 0 && !isJson;
    try (Ropewalk walk = Ropewalk.open()) {
      Prices prices =
          walk.calibrate(
              Path.of(System.getProperty("java.io.tmpdir")),
              what -> {
                if (isShown) {
                  System.err.print("\r\033[Kmeasuring " + what);
                }
              });
      KeptPrices.keep(file, prices);
      System.err.println((isShown ? "\r\033[K" : "") + "prices kept in " + file);
    } catch (IOException e) {
      throw Failure.of("can't calibrate", e);
    }
  }
}
