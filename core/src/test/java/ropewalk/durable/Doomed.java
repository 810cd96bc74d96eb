package ropewalk.durable;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.file.CachedFile;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;

/// A program that will be killed: carries out a [Script] on a file that exists, and says after each
/// step `done N`, or `kept N` if all so far is promised to outlive it. `Doomed FILE SEED STEPS
/// MODE`, a [Writing].
public final class Doomed {
  /// One step in so many is a sync.
  static final int SYNCS = 12;

  private Doomed() {}

  /// Does all steps, if nobody comes.
  public static void main(String[] args) throws IOException {
    List<Script.Step> steps =
        Script.of(Gen.seeded(Long.parseLong(args[1])), Integer.parseInt(args[2]), SYNCS);
    Writing writing = Writing.valueOf(args[3]);
    try (Ropewalk walk =
            Ropewalk.builder().cacheBytes(2 << 16).plan(PoolPlan.of(2 << 20, 4 << 20)).open();
        CachedFile file =
            walk.file(
                Path.of(args[0]), writing, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (int i = 0; i < steps.size(); i++) {
        steps.get(i).run(file);
        boolean isKept = steps.get(i).reach(writing) != Script.Reach.CACHE;
        // One short write to a pipe: it is there whole or not at all.
        System.out.println((isKept ? "kept " : "done ") + i);
      }
    }
  }
}
