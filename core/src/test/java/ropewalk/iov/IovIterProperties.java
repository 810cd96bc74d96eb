package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Every shape against a model that has one flat array and two numbers.
final class IovIterProperties {

  private static final int BYTES_MAX = 20_000;

  /// The slow model: a position and a count over a flat array.
  private static final class Model {
    final long total;
    long position;
    long count;

    Model(long total) {
      this.total = total;
      count = total;
    }
  }

  @Test
  void invariant6_everyWalkIsTheModels() throws IOException {
    try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 0))) {
      Gen.check(
          400,
          gen -> {
            int total = (int) gen.edgy(0, BYTES_MAX);
            List<Integer> cuts = cuts(gen, total);
            List<PageRef> pages = new ArrayList<>();
            IovIter iter = gen.bool() ? segments(cuts) : pages(gen, pool, cuts, pages);
            Model model = new Model(total);
            for (int i = gen.in(1, 40); i > 0; i--) {
              operate(gen, iter, model);
              assertThat(iter.count()).isEqualTo(model.count);
              assertThat(iter.position()).isEqualTo(model.position);
            }
            pages.forEach(PageRef::close);
          });
    }
  }

  @Test
  void exhaustive_smallShapesEveryAdvanceAndRevert() {
    int runs =
        Gen.exhaust(
            gen -> {
              List<Integer> cuts = new ArrayList<>();
              int total = 0;
              for (int i = 0; i < 4; i++) {
                int cut = gen.in(0, 2);
                cuts.add(cut);
                total += cut;
              }
              IovIter iter = segments(cuts);
              Model model = new Model(total);
              int there = gen.in(0, 8);
              iter.advance(there);
              there = Math.min(there, total);
              int back = gen.in(0, there);
              iter.revert(back);
              model.position = (long) there - back;
              model.count = total - model.position;
              copyOut(iter, model, total);
            });
    assertThat(runs).isGreaterThan(729);
  }

  private static void operate(Gen gen, IovIter iter, Model model) {
    switch (gen.in(0, 4)) {
      case 0 -> {
        long n = gen.edgy(0, BYTES_MAX);
        iter.advance(n);
        long step = Math.min(n, model.count);
        model.position += step;
        model.count -= step;
      }
      case 1 -> {
        long n = gen.edgy(0, model.position);
        iter.revert(n);
        model.position -= n;
        model.count += n;
      }
      case 2 -> {
        long n = gen.edgy(0, BYTES_MAX);
        iter.truncate(n);
        model.count = Math.min(model.count, n);
      }
      case 3 -> {
        long n = gen.edgy(0, model.total - model.position);
        iter.reexpand(n);
        model.count = n;
      }
      default -> copyOut(iter, model, gen.edgy(0, BYTES_MAX));
    }
  }

  /// Copies out, perhaps cut short by the step, and checks each byte against its place.
  private static void copyOut(IovIter iter, Model model, long n) {
    byte[] out = new byte[BYTES_MAX];
    Tally tally = new Tally();
    long copied = Copy.outOf(iter, MemorySegment.ofArray(out), 0, n, tally);
    assertThat(copied).isEqualTo(Math.min(n, model.count)).isEqualTo(tally.copiedUser());
    Pattern.verify(MemorySegment.ofArray(out).asSlice(0, copied), model.position);
    model.position += copied;
    model.count -= copied;
  }

  /// Cuts with runs of no length anywhere, two in a row at the front among them.
  private static List<Integer> cuts(Gen gen, int total) {
    List<Integer> cuts = new ArrayList<>(gen.cuts(total, gen.in(1, 12)));
    for (int i = gen.in(0, 4); i > 0; i--) {
      cuts.add(gen.in(0, cuts.size()), 0);
    }
    return cuts;
  }

  private static IovIter segments(List<Integer> cuts) {
    List<MemorySegment> runs = new ArrayList<>();
    long at = 0;
    for (int cut : cuts) {
      runs.add(MemorySegment.ofArray(Pattern.bytes(at, cut)));
      at += cut;
    }
    return IovIter.source(runs.toArray(MemorySegment[]::new));
  }

  private static IovIter pages(Gen gen, FolioPool pool, List<Integer> cuts, List<PageRef> pages)
      throws IOException {
    long at = 0;
    for (int cut : cuts) {
      int skip = gen.in(0, 100);
      PageRef page = pool.take(Math.max(1, cut + skip), FolioClass.RING);
      page.skip(skip);
      Pattern.fill(page.target().asSlice(0, cut), at);
      page.publish(cut);
      pages.add(page);
      at += cut;
    }
    return IovIter.source(pages);
  }

  @Test
  void copyBetweenAnyTwoShapesMovesBothByTheSame() {
    Gen.check(
        300,
        gen -> {
          int total = (int) gen.edgy(0, BYTES_MAX);
          int room = (int) gen.edgy(0, BYTES_MAX);
          IovIter source = segments(cuts(gen, total));
          List<MemorySegment> runs = new ArrayList<>();
          byte[] flat = new byte[room];
          int at = 0;
          for (int cut : cuts(gen, room)) {
            runs.add(MemorySegment.ofArray(flat).asSlice(at, cut));
            at += cut;
          }
          IovIter target = IovIter.target(runs.toArray(MemorySegment[]::new));
          long n = gen.edgy(0, BYTES_MAX);
          Tally tally = new Tally();
          long copied = Copy.between(source, target, n, tally);
          assertThat(copied).isEqualTo(Math.min(n, Math.min(total, room)));
          assertThat(source.position()).isEqualTo(copied);
          assertThat(target.position()).isEqualTo(copied);
          assertThat(tally.copiedUser()).isEqualTo(copied);
          Pattern.verify(MemorySegment.ofArray(flat).asSlice(0, copied), 0);
          for (int i = (int) copied; i < room; i++) {
            assertThat(flat[i]).as("byte %d was not asked for", i).isZero();
          }
        });
  }
}
