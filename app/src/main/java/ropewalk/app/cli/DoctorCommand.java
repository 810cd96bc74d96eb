package ropewalk.app.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import ropewalk.Ropewalk;

/// `./ropewalk doctor`: asks this machine what it can do, by trying.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Says what this kernel offers, which engine and routes follow, what is missing and how to"
            + " get it.",
    footer = {"", "Example:", "  ./ropewalk doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "One JSON object with the same facts.")
  private boolean isJson;

  @Override
  public Integer call() throws Exception {
    try (Ropewalk walk = Ropewalk.open()) {
      Findings findings = Findings.find(walk);
      System.out.print(isJson ? findings.json() + "\n" : findings.text());
      return Main.DONE;
    } catch (IOException e) {
      throw Failure.of("can't start", e);
    }
  }
}
