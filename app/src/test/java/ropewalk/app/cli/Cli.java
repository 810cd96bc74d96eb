package ropewalk.app.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs `ropewalk` for a test: here, where the audit counts descriptors, or as a process of its
/// own, where standard streams and signals are real.
///
/// @param code the exit code
/// @param out what it said on standard output
/// @param err what it said on standard error
record Cli(int code, String out, String err) {

  /// Runs `words` in this process, one command at a time.
  static synchronized Cli run(String... words) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream complained = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
      int code = Main.run(words);
      return new Cli(
          code, said.toString(StandardCharsets.UTF_8), complained.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /// A process that will run `words` in `folder`, by the modules of this one.
  static ProcessBuilder process(Path folder, String... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ropewalk.linux",
                "--illegal-native-access=deny",
                "--module-path",
                System.getProperty("jdk.module.path"),
                "-m",
                "ropewalk.app/ropewalk.app.cli.Main"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).directory(folder.toFile());
  }

  /// The first line of a process's standard error: a listener says there where it listens.
  static String firstLine(Process process) throws IOException {
    return String.valueOf(process.errorReader(StandardCharsets.UTF_8).readLine());
  }
}
