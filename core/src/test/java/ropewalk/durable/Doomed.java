package ropewalk.durable;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.file.CachedFile;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;

/// A program that will be killed: carries out a [Script] on a file that exists, and says after each
/// step `done N`, or `kept N` if all so far has been promised. `Doomed FILE SEED STEPS`.
public final class Doomed {
  /// One step in so many is a sync.
  static final int SYNCS = 12;

  private Doomed() {}

  /// Does all steps, if nobody comes.
  public static void main(String[] args) throws IOException {
    List<Script.Step> steps =
        Script.of(Gen.seeded(Long.parseLong(args[1])), Integer.parseInt(args[2]), SYNCS);
    try (Ropewalk walk =
            Ropewalk.builder().cacheBytes(2 << 16).plan(PoolPlan.of(2 << 20, 4 << 20)).open();
        CachedFile file =
            walk.file(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (int i = 0; i < steps.size(); i++) {
        boolean isKept = steps.get(i).run(file);
        // One short write to a pipe: it is there whole or not at all.
        System.out.println((isKept ? "kept " : "done ") + i);
      }
    }
  }
}
