package ropewalk.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.cache.Biography;
import ropewalk.cache.Biography.Act;

@Timeout(120)
class LifeDemoTest {
  @TempDir Path folder;

  @Test
  void allThatCanHappenToAPageHappensAndAllComeHome() throws Exception {
    LifeDemo.Told told;
    boolean mayGive;
    try (Ropewalk walk = Ropewalk.open()) {
      mayGive = walk.pool().mayGive();
      told = LifeDemo.run(walk, folder);
    }
    Set<Act> wanted = EnumSet.allOf(Act.class);
    wanted.remove(Act.WRITTEN_BACK); // its writes go through
    if (!mayGive) {
      wanted.remove(Act.GIVEN);
    }
    assertThat(told.entries()).extracting(Biography.Entry::act).containsAll(wanted);
    List<LifeLine> lives = LifeLine.of(told.entries(), told.nanos());
    assertThat(lives).hasSizeGreaterThan(6).allMatch(LifeLine::isBack);
    assertThat(lives)
        .allSatisfy(
            life -> {
              assertThat(life.taken()).isLessThanOrEqualTo(life.filled());
              assertThat(life.filled()).isLessThanOrEqualTo(life.left());
              assertThat(life.left()).isLessThanOrEqualTo(life.back());
            });
    assertThat(lives).as("kept for a borrower").anyMatch(life -> life.borrowedTime() > 1_000_000);
    String svg = LifeDrawing.svg(told);
    assertThat(svg)
        .startsWith("<svg")
        .contains("run 3", "to pipe", "overwritten")
        .endsWith("</svg>\n");
    assertThat(LifeDrawing.text(told)).contains("run 0", "version 1: taken ", "lent to pipe");
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void loansAreStretchesOfTime() {
    LifeLine life =
        LifeLine.of(
                List.of(
                    entry(0, Act.TAKEN, 0),
                    entry(10, Act.FILLED, 0),
                    entry(20, Act.LENT, 1),
                    entry(30, Act.LENT, 2),
                    entry(35, Act.VERSIONED, 2),
                    entry(40, Act.RETURNED, 1)),
                100)
            .getFirst();
    assertThat(life.loans())
        .containsExactly(
            new LifeLine.Loans(20, 30, 1),
            new LifeLine.Loans(30, 40, 2),
            new LifeLine.Loans(40, 100, 1));
    assertThat(life.isBack()).isFalse();
    assertThat(life.borrowedTime()).isEqualTo(65);
  }

  private static Biography.Entry entry(long nanos, Act act, int open) {
    return new Biography.Entry(nanos, act, 0, 1, 0, open, "somebody");
  }
}
