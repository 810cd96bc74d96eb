package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import ropewalk.testkit.Pattern;

/// An iterator under test, its model, and the memory behind it, seen past the iterator. A source
/// holds the pattern from position 0 on, a target the opposite of it.
class Subject implements AutoCloseable {

  final Form form;
  final IovIter iter;
  final Model model;

  private final List<MemorySegment> runs;
  private final Runnable end;

  /// *Takes* what `end` releases.
  Subject(Form form, IovIter iter, List<MemorySegment> runs, Runnable end) {
    this(form, iter, modelOf(runs), runs, end);
  }

  Subject(Form form, IovIter iter, Model model, List<MemorySegment> runs, Runnable end) {
    this.form = form;
    this.iter = iter;
    this.model = model;
    this.runs = runs;
    this.end = end;
  }

  private static Model modelOf(List<MemorySegment> runs) {
    return new Model(
        runs.stream().map(run -> new Model.Run(run.address(), (int) run.byteSize())).toList());
  }

  /// What a target's memory holds before anybody writes: never what belongs there.
  static byte before(long place) {
    return (byte) ~Pattern.at(place);
  }

  /// Fills memory as a subject of `direction` has it at the start.
  static void prepare(List<MemorySegment> runs, Direction direction) {
    long place = 0;
    for (MemorySegment run : runs) {
      for (long i = 0; i < run.byteSize(); i++, place++) {
        byte value = direction == Direction.SOURCE ? Pattern.at(place) : before(place);
        run.set(ValueLayout.JAVA_BYTE, i, value);
      }
    }
  }

  /// The whole stream as memory has it.
  byte[] bytes() {
    byte[] bytes = new byte[(int) model.total];
    int place = 0;
    for (MemorySegment run : runs) {
      for (long i = 0; i < run.byteSize(); i++) {
        bytes[place++] = run.get(ValueLayout.JAVA_BYTE, i);
      }
    }
    return bytes;
  }

  /// Fails unless iterator and model stand at the same place and have as much before them.
  void agree() {
    assertThat(iter.position()).as("position of %s", this).isEqualTo(model.position);
    assertThat(iter.count()).as("count of %s", this).isEqualTo(model.count);
  }

  /// Goes over the rest, and fails unless exactly the bytes of the model are met there.
  void readsOn() {
    long start = model.position;
    long end = start + model.count;
    if (form.direction == Direction.SOURCE) {
      byte[] rest = new byte[(int) model.count];
      long n = Copy.outOf(iter, MemorySegment.ofArray(rest), 0, Long.MAX_VALUE, new Tally());
      assertThat(n).as("%s", this).isEqualTo(model.count);
      Pattern.verify(rest, start);
    } else {
      byte[] rest = Pattern.bytes(start, (int) model.count);
      long n = Copy.into(iter, MemorySegment.ofArray(rest), 0, model.count, new Tally());
      assertThat(n).as("%s", this).isEqualTo(model.count);
      wroteOnly(start, end, Pattern::at);
    }
    model.advance(model.count);
    agree();
  }

  /// Fails unless the bytes of places `start` to `end` are as `written` says and all others as they
  /// were at the start.
  void wroteOnly(long start, long end, LongToByte written) {
    byte[] now = bytes();
    for (int place = 0; place < now.length; place++) {
      boolean within = place >= start && place < end;
      demand(place, now[place], within ? written.at(place) : before(place));
    }
  }

  /// Fails unless the byte at `place` is the one that is wanted.
  final void demand(long place, byte is, byte wanted) {
    if (is != wanted) {
      throw new AssertionError(
          "byte %d is %d and should be %d: %s".formatted(place, is, wanted, this));
    }
  }

  /// The same model and memory behind another iterator; this one still closes them.
  Subject with(IovIter other) {
    return new Subject(form, other, model, runs, () -> {});
  }

  /// Where in a list the trailer begins, which is no folio; nowhere in all other shapes.
  long trailer() {
    return Long.MAX_VALUE;
  }

  /// Whether what goes into it is copied, and so counted.
  boolean copies() {
    return true;
  }

  /// What belongs at a place.
  @FunctionalInterface
  interface LongToByte {
    byte at(long place);
  }

  @Override
  public final void close() {
    end.run();
  }

  @Override
  public String toString() {
    return form + " " + iter + " against " + model;
  }
}
