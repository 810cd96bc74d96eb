package ropewalk.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The field lines of a head, in the order in which they came. Names are compared without case,
/// values are as sent, without the blanks around them.
///
/// @param lines one for each line; a name may come more than once
public record Fields(List<Line> lines) {

  /// One line.
  ///
  /// @param name the field's name as sent
  /// @param value the text behind the colon without the blanks around it
  public record Line(String name, String value) {}

  public Fields {
    lines = List.copyOf(lines);
  }

  /// Every value of `name`, in order.
  public List<String> all(String name) {
    List<String> values = new ArrayList<>(1);
    for (Line line : lines) {
      if (line.name.equalsIgnoreCase(name)) {
        values.add(line.value);
      }
    }
    return values;
  }

  /// The value of `name`, several lines joined by commas as RFC 9110 (section 5.3) has it, or null
  /// when there is none.
  public @Nullable String combined(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? null : String.join(", ", values);
  }

  /// The value of `name` when exactly one line has it, else null: a field that must be single and
  /// is not counts as absent.
  public @Nullable String single(String name) {
    List<String> values = all(name);
    return values.size() == 1 ? values.getFirst() : null;
  }

  public boolean has(String name) {
    return !all(name).isEmpty();
  }

  /// Whether the comma-separated list of tokens in `name` holds `token`, without case.
  public boolean lists(String name, String token) {
    return tokens(name).contains(token.toLowerCase(Locale.ROOT));
  }

  /// The comma-separated tokens of `name` in lower case; empty elements are left out.
  public List<String> tokens(String name) {
    List<String> tokens = new ArrayList<>();
    for (String value : all(name)) {
      for (String token : value.split(",", -1)) {
        if (!token.isBlank()) {
          tokens.add(token.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    return tokens;
  }
}
