package ropewalk.testkit;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A virtual machine of its own, for a test that kills it or sends it elsewhere.
///
/// It runs on the class path, made of the places where the classes that it needs were found: those
/// are on the module path of the test, on its class path or both, and it does not matter which.
public final class ChildVm {
  private ChildVm() {}

  /// The command that runs `main` with `arguments`.
  ///
  /// @param alike one class out of each folder or jar that is needed besides the one of `main`
  public static List<String> command(Class<?> main, List<Class<?>> alike, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Stream.concat(Stream.of(main), alike.stream())
                    .map(ChildVm::place)
                    .distinct()
                    .collect(Collectors.joining(File.pathSeparator)),
                main.getName()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private static String place(Class<?> one) {
    CodeSource source = one.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IllegalArgumentException("it comes with the virtual machine: " + one);
    }
    try {
      return Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no place: " + source.getLocation(), e);
    }
  }
}
