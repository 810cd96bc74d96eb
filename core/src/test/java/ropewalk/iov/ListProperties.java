package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Lists of parts of any shape, lists of lists among them: to and fro, against a flat array.
final class ListProperties {

  private static final List<Form> SOURCES =
      Arrays.stream(Form.values()).filter(Form::isSource).toList();

  @Test
  void anyPartsReadLikeTheirBytes() {
    try (Lab lab = new Lab()) {
      Gen.check(
          600,
          gen -> {
            List<Subject> parts = new ArrayList<>();
            IovIter[] iters = new IovIter[gen.in(0, 4)];
            int total = 0;
            for (int i = 0; i < iters.length; i++) {
              Subject part =
                  gen.pick(SOURCES).open(lab, gen.pick(Layout.values()), Cuts.random(gen));
              parts.add(part);
              total += (int) part.model.total;
              iters[i] = gen.oneIn(4) ? ListIter.of(part.iter) : part.iter;
            }
            byte[] flat = flat(parts, total);
            IovIter list = ListIter.of(iters);
            assertThat(list.count()).isEqualTo(total);
            Model model = Model.ofOneRun(total);
            for (int i = gen.in(1, 30); i > 0; i--) {
              operate(gen, list, model, flat);
              assertThat(list.position()).isEqualTo(model.position);
              assertThat(list.count()).isEqualTo(model.count);
            }
            parts.forEach(Subject::close);
          });
    }
  }

  /// What is behind a part's own count is not the list's, and what is before its start neither.
  @Test
  void aPartIsWhatWasLeftOfIt() {
    byte[] bytes = Pattern.bytes(0, 100);
    IovIter first = IovIter.source(MemorySegment.ofArray(bytes));
    first.advance(10);
    first.truncate(20);
    IovIter second =
        IovecIter.of(
            Direction.SOURCE,
            MemorySegment.ofArray(bytes).asSlice(0, 50),
            MemorySegment.ofArray(bytes).asSlice(50));
    second.advance(60);
    IovIter list = ListIter.of(first, second);
    assertThat(list.count()).isEqualTo(60);
    for (int round = 0; round < 3; round++) {
      byte[] out = new byte[61];
      assertThat(Copy.outOf(list, MemorySegment.ofArray(out), 0, 61, new Tally())).isEqualTo(60);
      Pattern.verify(MemorySegment.ofArray(out).asSlice(0, 20), 10);
      Pattern.verify(MemorySegment.ofArray(out).asSlice(20, 40), 60);
      list.revert(41);
      list.revert(19);
    }
  }

  private static byte[] flat(List<Subject> parts, int total) {
    byte[] flat = new byte[total];
    int at = 0;
    for (Subject part : parts) {
      for (byte b : part.bytes()) {
        flat[at++] = b;
      }
    }
    return flat;
  }

  private static void operate(Gen gen, IovIter list, Model model, byte[] flat) {
    switch (gen.in(0, 4)) {
      case 0 -> {
        long n = gen.edgy(0, model.count + 3);
        list.advance(n);
        model.advance(n);
      }
      case 1 -> {
        long n = gen.edgy(0, model.position);
        list.revert(n);
        model.revert(n);
      }
      case 2 -> {
        long n = gen.edgy(0, model.count + 3);
        list.truncate(n);
        model.truncate(n);
      }
      case 3 -> {
        long n = gen.edgy(0, model.total - model.position);
        list.reexpand(n);
        model.count = n;
      }
      default -> {
        byte[] out = new byte[(int) gen.edgy(0, model.count + 3)];
        int place = (int) model.position;
        long n = Copy.outOf(list, MemorySegment.ofArray(out), 0, out.length, new Tally());
        assertThat(n).isEqualTo(Math.min(out.length, model.count));
        assertThat(Arrays.copyOf(out, (int) n))
            .isEqualTo(Arrays.copyOfRange(flat, place, place + (int) n));
        model.advance(n);
      }
    }
  }
}
