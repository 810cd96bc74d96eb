package ropewalk.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Where everything is. The root is the nearest folder upward that has `.ci/run`.
final class House {
  /// The storeys, from the ground up: what is delivered.
  static final List<String> STOREYS = List.of("linux", "core", "protocols", "app");

  /// What stands beside them.
  static final List<String> OUTBUILDINGS = List.of("testkit", "examples", "lab", "stress", "bench");

  static final Path ROOT = root();

  private static final Set<String> NOT_OURS = Set.of("target", ".git", ".mirror", ".idea");

  private House() {}

  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.exists(here.resolve(".ci/run"))) {
      here = here.getParent();
      if (here == null) {
        throw new IllegalStateException("not inside the house: " + Path.of("").toAbsolutePath());
      }
    }
    return here;
  }

  /// The class files that `module` delivers, parsed; module-info and package-info included.
  static List<ClassModel> classes(String module) {
    return parsed(ROOT.resolve(module).resolve("target/classes"));
  }

  /// The delivered class files of all storeys.
  static List<ClassModel> classes() {
    List<ClassModel> all = STOREYS.stream().flatMap(it -> classes(it).stream()).toList();
    if (all.isEmpty()) {
      throw new IllegalStateException("no class files: build with ./mvnw -pl house -am verify");
    }
    return all;
  }

  private static List<ClassModel> parsed(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<ClassModel> models = new ArrayList<>();
      for (Path file : files.filter(it -> it.toString().endsWith(".class")).sorted().toList()) {
        // Multi-release leftovers are nobody's class.
        if (!file.toString().contains("META-INF")) {
          models.add(ClassFile.of().parse(file));
        }
      }
      return models;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Every file of the repository whose path, relative to the root, fits; nothing that was built.
  static List<Path> files(Predicate<String> fits) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              Path name = folder.getFileName();
              return name != null && NOT_OURS.contains(name.toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (fits.test(ROOT.relativize(file).toString())) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.stream().sorted().toList();
  }

  /// All Java sources, main and test.
  static List<Path> sources() {
    return files(path -> path.endsWith(".java"));
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The path as a complaint names it.
  static String name(Path file) {
    return ROOT.relativize(file).toString();
  }
}
