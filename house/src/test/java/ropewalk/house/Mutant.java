package ropewalk.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A bug that somebody once had, written down as an edit of one of our sources, and the test that
/// has to notice. One text file each, in `<module>/src/test/mutants/`, of which
/// `core/src/test/mutants/README.md` shows the format.
///
/// @param name the file's name without its ending
/// @param cases the contract's numbers, `R-45`
/// @param file the source to change, relative to the root; its first folder is the module
/// @param test class, or class#method, in any module
/// @param why what is wrong with the changed source
/// @param dies what the test has to do about it
/// @param edits old text and new, applied in order
record Mutant(
    String name,
    List<String> cases,
    String file,
    String test,
    String why,
    Death dies,
    List<Edit> edits) {

  /// How a mutant ends: by a test that fails, or, where the bug leaves no test time to fail, by
  /// taking the virtual machine with it, or never.
  enum Death {
    RED,
    HANGS,
    CRASHES
  }

  /// One replacement. The old text is found whatever its line breaks and indentation, so that a
  /// formatter may move it.
  record Edit(String before, String after) {
    String apply(String text, String where) {
      String words =
          Stream.of(before.strip().split("\\s+"))
              .map(Pattern::quote)
              .collect(Collectors.joining("\\s+"));
      Matcher found = Pattern.compile(words).matcher(text);
      if (!found.find()) {
        throw new IllegalArgumentException(where + " no longer has:\n" + before);
      }
      int start = found.start();
      int end = found.end();
      if (found.find()) {
        throw new IllegalArgumentException(where + " has more than once:\n" + before);
      }
      return text.substring(0, start) + after.strip() + text.substring(end);
    }
  }

  private static final Set<String> KEYS = Set.of("case", "file", "test", "why", "dies");

  /// Every mutant of every module, by name.
  static List<Mutant> all() {
    return House.files(path -> path.matches("[^/]+/src/test/mutants/[^/]+\\.mutant")).stream()
        .map(path -> parse(nameOf(path), House.text(path)))
        .sorted(Comparator.comparing(Mutant::name))
        .toList();
  }

  private static String nameOf(Path path) {
    String file = String.valueOf(path.getFileName());
    return file.substring(0, file.length() - ".mutant".length());
  }

  /// Reads one file. Whatever is not understood is an error that names file and line.
  static Mutant parse(String name, String text) {
    Map<String, String> head = new LinkedHashMap<>();
    List<Edit> edits = new ArrayList<>();
    List<String> lines = text.lines().toList();
    String key = "";
    int at = 0;
    for (; at < lines.size() && !lines.get(at).equals("<<<"); at++) {
      String line = lines.get(at);
      Matcher field = Pattern.compile("([a-z]+): (.+)").matcher(line);
      boolean says = !line.isBlank() && !line.startsWith("#");
      if (says && line.startsWith("  ") && !key.isEmpty()) {
        head.merge(key, line.strip(), (first, more) -> first + " " + more);
      } else if (says && field.matches() && KEYS.contains(field.group(1))) {
        key = field.group(1);
        if (head.put(key, field.group(2).strip()) != null) {
          throw new IllegalArgumentException(name + ".mutant:" + (at + 1) + " repeats " + key);
        }
      } else if (says) {
        throw new IllegalArgumentException(name + ".mutant:" + (at + 1) + " says: " + line);
      }
    }
    while (at < lines.size()) {
      if (lines.get(at).isBlank()) {
        at++;
        continue;
      }
      int middle = find(lines, "===", at, name);
      int end = find(lines, ">>>", middle, name);
      if (!lines.get(at).equals("<<<")) {
        throw new IllegalArgumentException(name + ".mutant:" + (at + 1) + ": expected <<<");
      }
      edits.add(edit(name, lines.subList(at + 1, middle), lines.subList(middle + 1, end)));
      at = end + 1;
    }
    for (String needed : List.of("case", "file", "test", "why")) {
      if (!head.containsKey(needed)) {
        throw new IllegalArgumentException(name + ".mutant has no " + needed + ":");
      }
    }
    if (edits.isEmpty()) {
      throw new IllegalArgumentException(name + ".mutant changes nothing");
    }
    return new Mutant(
        name,
        List.of(head.getOrDefault("case", "").split("[ ,]+")),
        head.getOrDefault("file", ""),
        head.getOrDefault("test", ""),
        head.getOrDefault("why", ""),
        death(name, head.getOrDefault("dies", "red")),
        List.copyOf(edits));
  }

  private static Death death(String name, String word) {
    return switch (word) {
      case "red" -> Death.RED;
      case "hangs" -> Death.HANGS;
      case "crashes" -> Death.CRASHES;
      default -> throw new IllegalArgumentException(name + ".mutant dies how? " + word);
    };
  }

  private static int find(List<String> lines, String mark, int from, String name) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).equals(mark)) {
        return i;
      }
    }
    throw new IllegalArgumentException(name + ".mutant has no " + mark + " after line " + from);
  }

  private static Edit edit(String name, List<String> before, List<String> after) {
    Edit edit = new Edit(String.join("\n", before), String.join("\n", after));
    if (edit.before.isBlank() || edit.before.equals(edit.after)) {
      throw new IllegalArgumentException(name + ".mutant changes nothing");
    }
    return edit;
  }

  /// The module whose source it changes.
  String module() {
    return file.substring(0, Math.max(0, file.indexOf('/')));
  }

  /// The source with the bug in it.
  String source() {
    String text = House.text(House.ROOT.resolve(file));
    for (Edit edit : edits) {
      text = edit.apply(text, file);
    }
    return text;
  }
}
