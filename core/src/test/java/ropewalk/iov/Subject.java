package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// An iterator under test, its model, and the memory behind it, seen past the iterator. A source
/// holds the pattern from position 0 on, a target the opposite of it.
final class Subject implements AutoCloseable {

  final Form form;
  final Model model;
  final IovIter iter;

  private final List<MemorySegment> runs;
  private final List<PageRef> held;
  private final @Nullable Arena arena;

  Subject(
      Form form,
      IovIter iter,
      List<MemorySegment> runs,
      List<PageRef> held,
      @Nullable Arena arena) {
    this.form = form;
    this.iter = iter;
    this.runs = runs;
    this.held = held;
    this.arena = arena;
    model =
        new Model(
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

  /// The byte at `place` of the stream, read from memory and not through the iterator.
  byte at(long place) {
    long left = place;
    for (MemorySegment run : runs) {
      if (left < run.byteSize()) {
        return run.get(ValueLayout.JAVA_BYTE, left);
      }
      left -= run.byteSize();
    }
    throw new IndexOutOfBoundsException("place " + place + " of " + this);
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
    if (!form.keeps()) {
      return;
    }
    byte[] now = bytes();
    for (int place = 0; place < now.length; place++) {
      byte wanted = place >= start && place < end ? written.at(place) : before(place);
      if (now[place] != wanted) {
        throw new AssertionError(
            "byte %d is %d and should be %d, written were %d to %d of %s"
                .formatted(place, now[place], wanted, start, end, this));
      }
    }
  }

  /// What belongs at a place.
  @FunctionalInterface
  interface LongToByte {
    byte at(long place);
  }

  @Override
  public void close() {
    new ArrayList<>(held).forEach(PageRef::close);
    if (arena != null) {
      arena.close();
    }
  }

  @Override
  public String toString() {
    return form + " " + iter + " against " + model;
  }
}
