package ropewalk.house;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Compiles the one source that a mutant changes, against the classes of everything else.
///
/// Only that one: a constant that others have compiled in, or a signature that others call, changes
/// nowhere else. The first kind of mutant survives and the second dies of the surgery; both are
/// reported as what they are.
final class Graft {
  private Graft() {}

  /// The folder with the changed classes, to stand in front of the class path.
  static Path compile(Mutant mutant) throws IOException {
    Path folder = Fork.FOLDER.resolve(mutant.name());
    empty(folder);
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringBuilder log = new StringBuilder();
    boolean compiled =
        javac
            .getTask(
                null,
                null,
                diagnostic -> log.append(diagnostic.getMessage(Locale.ROOT)).append('\n'),
                List.of(
                    "-d",
                    folder.toString(),
                    "-cp",
                    Fork.classPath(List.of()),
                    "-proc:none",
                    "-nowarn",
                    "-parameters",
                    "-g",
                    "--release",
                    "25"),
                null,
                List.of(unit(mutant)))
            .call();
    if (!compiled) {
      throw new IllegalArgumentException(mutant.name() + ".mutant does not compile:\n" + log);
    }
    return folder;
  }

  private static JavaFileObject unit(Mutant mutant) {
    String source = mutant.source();
    String path = mutant.file().replaceFirst(".*/java/", "");
    return new SimpleJavaFileObject(URI.create("mem:///" + path), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
      }
    };
  }

  private static void empty(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> old = Files.walk(folder)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(folder);
  }
}
