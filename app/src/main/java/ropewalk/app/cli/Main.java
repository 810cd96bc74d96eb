package ropewalk.app.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `./ropewalk`: picks a command and turns how it ended into an exit code.
@Command(
    name = "ropewalk",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Told.class,
    sortOptions = false,
    subcommands = {
      CopyCommand.class,
      ServeCommand.class,
      ProxyCommand.class,
      ExplainCommand.class,
      DoctorCommand.class,
      DemoCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Moves bytes between files and sockets by reference; what was handed over is frozen.",
    footer = {
      "",
      "Example:",
      "  ./ropewalk copy movie.mkv tcp://10.0.0.7:9000 --hash sha256",
      "",
      "'./ropewalk COMMAND --help' tells the rest; manual pages are in docs/man."
    })
public final class Main implements Runnable {

  /// Done, failed, and a command line that could not be understood.
  static final int DONE = 0;

  static final int FAILED = 1;
  static final int USAGE = 2;

  @SuppressWarnings("NullAway.Init") // picocli fills it before it calls us
  @Spec
  CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Add stack traces to what failures say.")
  boolean debug;

  /// What picocli says when it is asked for the version.
  static final class Told implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {Version.line()};
    }
  }

  /// Runs one command and ends the process with its exit code.
  public static void main(String[] words) {
    int code = run(words);
    System.out.flush();
    System.err.flush();
    // Worker threads of an engine are daemons, but a command's exit code has to be told.
    System.exit(code);
  }

  /// Runs one command in this process: what [#main] does but for the exit.
  static int run(String... words) {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Main::usage);
    line.setExecutionExceptionHandler(
        (thrown, where, parsed) -> Failure.tell(thrown, where, main.debug));
    return line.execute(words);
  }

  /// A bare `./ropewalk` has asked for nothing that could be done: the help, and exit code 2.
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Missing command: copy, serve, proxy, explain, doctor or demo");
  }

  private static int usage(ParameterException wrong, String[] words) {
    PrintWriter err = wrong.getCommandLine().getErr();
    String name = wrong.getCommandLine().getCommandSpec().qualifiedName();
    err.println("ropewalk: " + wrong.getMessage());
    err.println("'" + "./" + name + " --help' tells what can be asked.");
    return USAGE;
  }
}
