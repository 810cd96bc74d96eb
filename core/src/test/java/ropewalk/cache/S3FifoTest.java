package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

class S3FifoTest {
  private static final int RUNS = 100;

  private final S3Fifo fifo = new S3Fifo((long) RUNS * Run.SIZE);
  private final List<Run> left = new ArrayList<>();

  private Run admit(FileMap map, long index) {
    Run run = new Run(map, index);
    run.bytes = Run.SIZE;
    fifo.admit(run);
    while (fifo.isOver()) {
      Run picked = fifo.pick();
      assertThat(picked).isNotNull();
      left.add(picked);
    }
    return run;
  }

  @Test
  void aScanLeavesWhatIsUsedAlone() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, new byte[0])) {
      List<Run> hot = new ArrayList<>();
      for (int i = 0; i < RUNS / 2; i++) {
        Run run = admit(room.map, i);
        run.touch(); // what it was read for
        run.touch(); // and once more
        hot.add(run);
      }
      for (int i = 1_000; i < 1_000 + 20 * RUNS; i++) {
        admit(room.map, i).touch();
      }
      assertThat(left).isNotEmpty().doesNotContainAnyElementsOf(hot);
    }
  }

  /// Between the pick and the verdict that it can't leave a writer may have admitted it anew.
  @Test
  void aPickedRunThatWasAdmittedMeanwhileCountsOnce() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, new byte[0])) {
      Run run = admit(room.map, 1);
      assertThat(fifo.pick()).isSameAs(run);
      fifo.admit(run);
      fifo.readmit(run);
      assertThat(fifo.count()).isEqualTo(1);
      assertThat(fifo.bytes()).isEqualTo(Run.SIZE);
      fifo.forget(run);
      assertThat(fifo.count()).isZero();
      assertThat(fifo.bytes()).isZero();
      assertThat(fifo.pick()).isNull();
    }
  }

  @Test
  void whatComesBackSoonIsKeptLonger() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, new byte[0])) {
      for (int i = 0; i < RUNS + 5; i++) {
        admit(room.map, i);
      }
      long ghost = left.getFirst().index;
      Run again = admit(room.map, ghost);
      for (int i = 1_000; i < 1_000 + RUNS / 2; i++) {
        admit(room.map, i);
      }
      assertThat(left).doesNotContain(again);
    }
  }

  @Test
  void holdsWhatItWasGivenUntilItLeaves() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, new byte[0])) {
      Gen.check(
          100,
          gen -> {
            S3Fifo queues = new S3Fifo(20L * Run.SIZE);
            Set<Run> model = new HashSet<>();
            for (int i = 0; i < 300; i++) {
              if (gen.oneIn(3) && !model.isEmpty()) {
                Run some = gen.pick(List.copyOf(model));
                switch ((int) gen.below(3)) {
                  case 0 -> some.touch();
                  case 1 -> queues.resize(some, gen.in(1, 16) * 4096);
                  default -> {
                    queues.forget(some);
                    model.remove(some);
                  }
                }
              } else {
                Run run = new Run(room.map, gen.in(0, 50));
                run.bytes = gen.in(1, 16) * 4096;
                queues.admit(run);
                model.add(run);
              }
              while (queues.isOver()) {
                assertThat(model.remove(queues.pick())).isTrue();
              }
              assertThat(queues.count()).isEqualTo(model.size());
              assertThat(queues.bytes()).isEqualTo(model.stream().mapToLong(it -> it.bytes).sum());
            }
          });
    }
  }
}
