package ropewalk.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The C programs of the bench, compiled with `cc -O2` when there is a compiler.
///
/// @param folder where they are, null when they could not be built
/// @param compiler its first line of `cc --version`, or why there is none
public record Programs(@Nullable Path folder, String compiler) {

  private static final List<String> NAMES =
      List.of("acker", "direct", "echo", "message", "meter", "receiver", "sender");

  /// Compiles all; without a compiler there are none, and the answer says why.
  public static Programs compile(Path sources, Path target) throws IOException {
    try {
      String version = output(List.of("cc", "--version")).lines().findFirst().orElse("cc");
      Files.createDirectories(target);
      for (String name : NAMES) {
        Path program = target.resolve(name);
        output(
            List.of("cc", "-O2", "-Wall", "-o", program.toString(), sources + "/" + name + ".c"));
      }
      return new Programs(target, version + ", -O2");
    } catch (IOException e) {
      return new Programs(null, "none: " + e.getMessage());
    }
  }

  /// The program, null where it could not be built.
  public @Nullable Path program(String name) {
    return folder == null ? null : folder.resolve(name);
  }

  /// What `command` prints; an IOException when it is missing or fails.
  public static String output(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + ": " + text);
      }
      return text.strip();
    } catch (UncheckedIOException | InterruptedException e) {
      throw new IOException(String.join(" ", command) + ": " + e.getMessage(), e);
    }
  }
}
