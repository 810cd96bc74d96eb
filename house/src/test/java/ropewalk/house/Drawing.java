package ropewalk.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The two kinds of drawing in our papers, read by a machine.
///
/// A drawing of storeys: the module at the left margin of its first line, then the rooms, apart by
/// two blanks or more, then what they are for. A name in parentheses is the module's root package.
///
/// ```
///   core       (face)                     the root package
///              file  net                  where bytes live
/// ```
///
/// A drawn tree: a path at the start of a line that ends in `/`; what is below it is indented.
///
/// ```
///   docs/        manual pages
///     man/       one per command
/// ```
final class Drawing {
  private static final Pattern FENCE = Pattern.compile("(?s)```\\w*\\n(.*?)```");
  private static final Pattern STOREY_LINE =
      Pattern.compile("(linux|core|protocols|adapters|app|) {2,}(\\S.*)");
  private static final Pattern BRANCH = Pattern.compile("( *)([\\w.-]+(?:/[\\w.-]+)*/)(?: .*)?");

  /// What a root package is called when it has no name of its own below `ropewalk`.
  private static final Map<String, String> ROOT_PACKAGES =
      Map.of("linux", "ropewalk.linux", "core", "ropewalk");

  private Drawing() {}

  /// Module to the packages drawn in it, from the first drawing of storeys in `page`.
  static Map<String, Set<String>> storeys(String page) {
    for (String block : blocks(page)) {
      if (block.lines().anyMatch(line -> line.startsWith("core "))) {
        return storeysIn(block);
      }
    }
    return Map.of();
  }

  private static Map<String, Set<String>> storeysIn(String block) {
    Map<String, Set<String>> rooms = new TreeMap<>();
    String storey = "";
    for (String line : block.lines().toList()) {
      Matcher matcher = STOREY_LINE.matcher(line);
      if (!matcher.matches()) {
        continue;
      }
      storey = matcher.group(1).isEmpty() ? storey : matcher.group(1);
      List<String> pieces = List.of(matcher.group(2).split(" {2,}", -1));
      for (String piece : pieces.subList(0, pieces.size() - 1)) {
        rooms.computeIfAbsent(storey, it -> new TreeSet<>()).add(room(storey, piece));
      }
    }
    return rooms;
  }

  private static String room(String storey, String word) {
    if (word.startsWith("(")) {
      return ROOT_PACKAGES.getOrDefault(storey, storey);
    }
    return switch (storey) {
      case "linux", "app" -> "ropewalk." + storey + "." + word;
      default -> "ropewalk." + word;
    };
  }

  /// Module to the packages that have sources.
  static Map<String, Set<String>> built() {
    Map<String, Set<String>> rooms = new TreeMap<>();
    for (String storey : House.STOREYS) {
      Path main = House.ROOT.resolve(storey).resolve("src/main/java");
      String prefix = House.name(main) + "/";
      for (Path source : House.files(it -> it.startsWith(prefix) && it.endsWith(".java"))) {
        Path folder = main.relativize(source).getParent();
        if (folder != null) {
          rooms
              .computeIfAbsent(storey, it -> new TreeSet<>())
              .add(folder.toString().replace('/', '.'));
        }
      }
    }
    return rooms;
  }

  /// The paths of all drawn trees in `page`, from the root of the repository.
  static List<String> paths(String page) {
    List<String> paths = new ArrayList<>();
    for (String block : blocks(page)) {
      Map<Integer, String> above = new TreeMap<>();
      for (String line : block.lines().toList()) {
        Matcher branch = BRANCH.matcher(line);
        if (!branch.matches()) {
          continue;
        }
        int depth = branch.group(1).length();
        above.keySet().removeIf(other -> other >= depth);
        String parent =
            above.isEmpty() ? "" : above.get(((TreeMap<Integer, String>) above).lastKey());
        String path = parent + branch.group(2);
        // The tree's own root is drawn as the repository's name.
        above.put(depth, path.equals("ropewalk/") ? "" : path);
        paths.add(path.equals("ropewalk/") ? "" : path);
      }
    }
    return paths;
  }

  private static List<String> blocks(String page) {
    List<String> blocks = new ArrayList<>();
    Matcher fence = FENCE.matcher(page);
    while (fence.find()) {
      blocks.add(fence.group(1));
    }
    return blocks;
  }
}
