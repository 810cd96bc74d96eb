package ropewalk.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import ropewalk.lab.WriteLog.Entry;

/// The host's part of the crash oracle: makes disks as power cuts would have left them, and judges
/// what a file system made of each.
///
/// ```
///   Crashes cut LOG FOLDER SEED CUTS BYTES        log ──► FOLDER/0.disk, 1.disk, ... and cuts
///   Crashes judge FOLDER SEED STEPS KIND          FOLDER/0.file, 1.file, ... ──► what was lost
/// ```
///
/// A file system that could not be mounted leaves `N.failed` instead of `N.file`. `judge` ends with
/// 1 if anything that was promised is missing.
public final class Crashes {
  /// The mark after which the file is there, empty; no cut comes earlier.
  private static final String READY = "ready";

  /// What a mark begins with that stands for a promise; the step's number follows.
  private static final String KEPT = "kept-";

  private Crashes() {}

  /// See above.
  public static void main(String[] args) throws IOException {
    switch (args[0]) {
      case "cut" ->
          cut(
              Path.of(args[1]),
              Path.of(args[2]),
              Long.parseLong(args[3]),
              Integer.parseInt(args[4]),
              Long.parseLong(args[5]));
      case "judge" -> {
        Script script = Script.of(Long.parseLong(args[2]), Integer.parseInt(args[3]));
        if (!judge(Path.of(args[1]), new Judge(script, args[4].equals("replaced")))) {
          System.exit(1);
        }
      }
      default -> throw new IllegalArgumentException("cut or judge, not " + args[0]);
    }
  }

  private static void cut(Path path, Path folder, long seed, int count, long bytes)
      throws IOException {
    try (WriteLog log = WriteLog.open(path)) {
      List<String> lines = new ArrayList<>();
      List<PowerCut> cuts = choose(log.entries(), seed, count);
      for (int i = 0; i < cuts.size(); i++) {
        PowerCut cut = cuts.get(i);
        cut.leave(log).store(folder.resolve(i + ".disk"), bytes);
        lines.add(cut.at() + " " + cut.loss() + " " + promised(cut.mark(log)));
      }
      Files.write(folder.resolve("cuts"), lines);
      long marks = log.entries().stream().filter(it -> it.mark().startsWith(KEPT)).count();
      long flushes = log.entries().stream().filter(it -> it.is(WriteLog.FLUSH)).count();
      System.out.printf(
          "%d entries, %d flushes, %d promises%n", log.entries().size(), flushes, marks);
    }
  }

  /// Every second cut comes right after a promise and loses all that is in doubt, which is what a
  /// false promise survives least; the others come anywhere and lose anything.
  static List<PowerCut> choose(List<Entry> entries, long seed, int count) {
    List<Integer> promises =
        IntStream.range(0, entries.size())
            .filter(i -> entries.get(i).mark().startsWith(KEPT))
            .boxed()
            .toList();
    int ready =
        IntStream.range(0, entries.size())
            .filter(i -> entries.get(i).mark().equals(READY))
            .findFirst()
            .orElse(-1);
    if (ready < 0 || promises.isEmpty()) {
      throw new IllegalStateException(
          "a log of %d entries, %d promises and %s mark 'ready'"
              .formatted(entries.size(), promises.size(), ready < 0 ? "no" : "a"));
    }
    SplittableRandom random = new SplittableRandom(seed);
    List<PowerCut> cuts = new ArrayList<>();
    PowerCut.Loss[] losses = PowerCut.Loss.values();
    for (int i = 0; i < count; i++) {
      if (i % 2 == 0) {
        int promise = promises.get(random.nextInt(promises.size()));
        cuts.add(new PowerCut(promise + 1, PowerCut.Loss.ALL, random.nextLong()));
      } else {
        int at = ready + 1 + random.nextInt(entries.size() - ready);
        cuts.add(new PowerCut(at, losses[random.nextInt(losses.length)], random.nextLong()));
      }
    }
    return cuts;
  }

  /// The step of the last promise that `mark` stands for, -1 if it is none.
  private static int promised(String mark) {
    return mark.startsWith(KEPT) ? Integer.parseInt(mark.substring(KEPT.length())) : -1;
  }

  private static boolean judge(Path folder, Judge judge) throws IOException {
    List<String> cuts = Files.readAllLines(folder.resolve("cuts"));
    int lost = 0;
    for (int i = 0; i < cuts.size(); i++) {
      String[] cut = cuts.get(i).split(" ", 3);
      List<String> complaints = complaints(judge, folder, i, Integer.parseInt(cut[2]));
      if (!complaints.isEmpty()) {
        lost++;
        System.out.printf(
            "cut %d, at entry %s (lost: %s), promised step %s:%n", i, cut[0], cut[1], cut[2]);
        complaints.forEach(it -> System.out.println("  " + it));
      }
    }
    System.out.printf("%d crashes, %d lost what was promised%n", cuts.size(), lost);
    return lost == 0;
  }

  private static List<String> complaints(Judge judge, Path folder, int cut, int promised)
      throws IOException {
    Path file = folder.resolve(cut + ".file");
    if (!Files.exists(file)) {
      Path failed = folder.resolve(cut + ".failed");
      String word = Files.exists(failed) ? Files.readString(failed, UTF_8).strip() : "no answer";
      return List.of("the file could not be read: " + word);
    }
    return judge.complaints(Files.readAllBytes(file), promised);
  }
}
