package ropewalk.app.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import ropewalk.Ropewalk;

/// Both experiments, both ways, and what came of them in words.
///
/// @param strips what came of a slow send, by way: the JDK's, then ours
/// @param wrong signatures that did not fit their bytes, by server
/// @param rounds how many signed reads each server did
/// @param columns of the terminal, 0 for none
public record StrictDemo(
    SequencedMap<String, Strip> strips,
    SequencedMap<String, Integer> wrong,
    int rounds,
    int columns) {
  /// More than the queues of a loopback connection take.
  private static final int FILE_BYTES = 32 << 20;

  private static final int COLUMNS_MAX = 100;

  /// Shows both.
  ///
  /// @param walk lent
  /// @param folder where files of some mebibytes may be made; none is left
  /// @param rounds how many signed reads each server does
  public static StrictDemo run(Ropewalk walk, Path folder, int rounds, int columns)
      throws IOException {
    SequencedMap<String, Strip> strips = new LinkedHashMap<>();
    for (Handing handing : new Handing[] {new Handing.TransferTo(), new Handing.Walk(walk)}) {
      strips.put(handing.name(), Exposure.run(handing, folder, FILE_BYTES));
    }
    SequencedMap<String, Integer> wrong = new LinkedHashMap<>();
    try (Signing.Server jdk = new Signing.Jdk(folder)) {
      wrong.put(jdk.name(), Signing.run(jdk, rounds));
    }
    try (Signing.Server ours = new Signing.Ours(walk, folder)) {
      wrong.put(ours.name(), Signing.run(ours, rounds));
    }
    return new StrictDemo(strips, wrong, rounds, columns);
  }

  /// Whether what was handed over to us stayed what it was, in both.
  public boolean isKept() {
    return last(strips).turned() == 0 && last(wrong) == 0;
  }

  private static <T> T last(SequencedMap<String, T> map) {
    return map.lastEntry().getValue();
  }

  /// For a terminal, or a file.
  public String text() {
    int width = columns == 0 ? COLUMNS_MAX : Math.min(columns - 2, COLUMNS_MAX);
    StringBuilder text = new StringBuilder();
    text.append(
        "A file of %d MiB is sent to a peer that does not read yet, and overwritten: A becomes b.%n"
            .formatted(FILE_BYTES >> 20));
    text.append("What the peer got; left of the | had been handed over before.\n\n");
    strips.forEach(
        (name, strip) ->
            text.append(
                "%s: %s%n%s%n%n"
                    .formatted(name, Drawing.words(strip), Drawing.text(strip, width))));
    text.append(
        "Reads of %d MiB, signed and sent while others write to the file.%n%n"
            .formatted(Signing.READ >> 20));
    wrong.forEach(
        (name, count) ->
            text.append(
                "%s: %d of %d signatures do not fit their bytes%n".formatted(name, count, rounds)));
    return text.toString();
  }

  /// The first experiment as a picture.
  public String svg() {
    return Drawing.svg(strips);
  }
}
