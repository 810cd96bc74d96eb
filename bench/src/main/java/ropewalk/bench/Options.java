package ropewalk.bench;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The command line's options: `--flag`, or `--key value`.
///
/// @param flags those without a value
/// @param values those with one
record Options(Set<String> flags, Map<String, String> values) {
  private static final Set<String> FLAGS = Set.of("--quick", "--help", "--list");
  private static final Set<String> KEYS =
      Set.of("--name", "--only", "--cells", "--rounds", "--set");

  static Options parse(String[] arguments) {
    Set<String> flags = new HashSet<>();
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      if (FLAGS.contains(arguments[i])) {
        flags.add(arguments[i]);
      } else if (KEYS.contains(arguments[i]) && i + 1 < arguments.length) {
        values.put(arguments[i], arguments[++i]);
      } else {
        throw new IllegalArgumentException("what is '%s'? See --help".formatted(arguments[i]));
      }
    }
    return new Options(flags, values);
  }

  boolean has(String flag) {
    return flags.contains(flag);
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key));
  }

  Optional<Integer> number(String key) {
    return text(key).map(Integer::valueOf);
  }

  /// Does `name` contain one of the texts given for `key`? Everything is admitted where none was
  /// given.
  boolean admits(String key, String name) {
    return text(key)
        .map(texts -> List.of(texts.split(",", -1)).stream().anyMatch(name::contains))
        .orElse(true);
  }
}
