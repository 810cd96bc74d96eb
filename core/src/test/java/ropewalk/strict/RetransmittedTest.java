package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.page.PoolPlan;

/// The torture over a link that loses packets: TCP sends again, from its queue, what was handed to
/// it long ago, and writers have overwritten the source meanwhile. R-38.
///
/// ```
///   CachedFile ── gather (the kernel's copy) ────────────────────► TCP queue ──╳──► FarReader
///              ── give ─► AF_UNIX ─► relay, kernel's splice ─────► TCP queue ──╳──► FarReader
///                 our pages, by reference, lie in this queue until they are acknowledged ┘
///              ── sendfile, relaxed ─────────────────────────────► the control
/// ```
///
/// `-Dropewalk.torture.seconds=600` is the time for each engine.
@Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RetransmittedTest {
  private static final int SECONDS = Integer.getInteger("ropewalk.torture.seconds", 3);
  private static final int SEED = Integer.getInteger("ropewalk.torture.seed", 1);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @DisplayName("R-38: what is sent again is what was handed over, whatever was written since")
  void whatIsSentAgainIsWhatWasHandedOver(Engine.Choice choice) throws Exception {
    try (DroppingNamespace network = new DroppingNamespace();
        Ropewalk walk = open(choice)) {
      List<Torture.Way> ways = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        ways.add(new Torture.Way(network.address(), null, false));
        ways.add(new Torture.Way(network.address(), "pages", false));
        if (walk.pool().mayGive()) {
          ways.add(new Torture.Way("relay+" + network.address(), "give", false));
        }
      }
      Handover.Tallied tallied = play(walk, choice.toString(), ways);
      assertThat(tallied.violations.sum()).as(tallied.first).isZero();
      assertThat(tallied.pages.sum()).isGreaterThan(1000);
      if (walk.pool().mayGive()) {
        assertThat(tallied.pagesUncopied.sum()).as("pages given").isPositive();
      }
    }
  }

  @Test
  @DisplayName("the same network finds what sendfile does")
  void relaxedIsFoundOut() throws Exception {
    try (DroppingNamespace network = new DroppingNamespace();
        Ropewalk walk = open(Engine.Choice.AUTO)) {
      Torture.Way way = new Torture.Way(network.address(), "sendfile", true);
      Handover.Tallied tallied = play(walk, "relaxed", List.of(way, way));
      assertThat(tallied.violations.sum()).isPositive();
    }
  }

  private Handover.Tallied play(Ropewalk walk, String what, List<Torture.Way> ways)
      throws Exception {
    long before = DroppingNamespace.resent();
    try (Torture torture =
        new Torture(walk, Writing.THROUGH, folder, TimeUnit.SECONDS.toNanos(SECONDS))) {
      torture.run(ways, SEED);
      long resent = DroppingNamespace.resent() - before;
      System.out.printf("%s: %s; %,d segments sent again%n", what, torture.tallied, resent);
      assertThat(resent).as("segments sent again").isPositive();
      return torture.tallied;
    }
  }

  private static Ropewalk open(Engine.Choice choice) throws Exception {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(4 << 20)
        .plan(PoolPlan.of(32 << 20, 96 << 20))
        .open();
  }
}
