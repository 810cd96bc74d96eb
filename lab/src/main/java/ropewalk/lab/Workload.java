package ropewalk.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;

/// Carries out a [Script] on a file of ours, in the guest: `Workload FILE SEED STEPS KIND [skip]`.
///
/// `KIND` is how the file is written: `plain`, `cached`, `cached-back`, `direct` or `replaced`, see
/// [Target]. After each sync has *returned*, the line `kept N` goes to standard output, N the
/// step's number, and the workload waits for a line on standard input: until then nobody has been
/// promised anything, and nothing else happens meanwhile.
///
/// With `skip` it promises and doesn't sync: the lie that the oracle must find.
public final class Workload implements AutoCloseable {
  private final Ropewalk walk = Ropewalk.open();
  private final Target target;
  private final BufferedReader answers =
      new BufferedReader(new InputStreamReader(System.in, UTF_8));

  private Workload(Path path, String kind) throws IOException {
    this.target =
        switch (kind) {
          case "plain" -> new Target.Plain(walk, path);
          case "cached" -> new Target.Cached(walk, path, Writing.THROUGH);
          case "cached-back" -> new Target.Cached(walk, path, Writing.BACK);
          case "direct" -> new Target.Direct(walk, path);
          case "replaced" -> new Target.Replaced(walk, path);
          default ->
              throw new IllegalArgumentException(
                  "plain, cached, cached-back, direct or replaced, not " + kind);
        };
  }

  /// Runs one script.
  public static void main(String[] args) throws IOException {
    Script script = Script.of(Long.parseLong(args[1]), Integer.parseInt(args[2]));
    boolean skips = args.length > 4 && args[4].equals("skip");
    try (Workload workload = new Workload(Path.of(args[0]), args[3])) {
      workload.run(script, skips);
    }
  }

  private void run(Script script, boolean skips) throws IOException {
    for (int i = 0; i < script.steps().size(); i++) {
      switch (script.steps().get(i)) {
        case Step.Write write -> target.write(script.bytes(i, write), write.offset());
        case Step.Truncate truncate -> target.truncate(truncate.size());
        case Step.Sync sync -> {
          target.sync(sync.isDataOnly(), skips);
          promise(i);
        }
      }
    }
  }

  private void promise(int step) throws IOException {
    System.out.println("kept " + step);
    System.out.flush();
    if (answers.readLine() == null) {
      throw new IOException("nobody took down the promise of step " + step);
    }
  }

  @Override
  public void close() throws IOException {
    try (walk) {
      target.close();
    }
  }
}
