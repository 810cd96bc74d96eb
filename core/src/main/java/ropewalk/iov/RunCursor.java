package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.page.Folio;

/// The moving part of an iterator: one run of its memory is loaded, and the position lies in it.
///
/// ```
///            loaded run                        next run
///   |---------------|--------------|      |----------------|
///   at - back       at             at + left
///   |<--- back ---->|<--- left --->|
/// ```
///
/// Within a run it moves by four additions; only at its ends is the shape asked for another. That
/// is what keeps a walk over many small segments cheap: one virtual call for each.
abstract class RunCursor {

  /// Bytes that have gone.
  long position;

  /// Bytes that remain; kept by those who move, not by the moves below.
  long count;

  /// What the run lies in.
  MemorySegment memory;

  /// Where in [#memory] the position is.
  long at;

  /// How many bytes of the run are ahead.
  long left;

  /// How many bytes of the run have gone.
  long back;

  /// The folio of the run; null where it is of none.
  @Nullable Folio folio;

  /// No run yet.
  RunCursor(MemorySegment memory, long count) {
    this.memory = memory;
    this.count = count;
  }

  /// The same position in the same run.
  RunCursor(RunCursor other) {
    position = other.position;
    count = other.count;
    memory = other.memory;
    at = other.at;
    left = other.left;
    back = other.back;
    folio = other.folio;
  }

  /// Whether there is a byte at the position, whatever the count; loads the run in which it is.
  final boolean ready() {
    return left > 0 || next();
  }

  /// Moves within the run.
  final void pass(long n) {
    at += n;
    left -= n;
    back += n;
    position += n;
  }

  /// Moves on by `n` bytes, whatever the count. Throws, and has not moved, if they aren't there.
  void forward(long n) {
    for (long rest = n; rest > 0; ) {
      if (!ready()) {
        backward(n - rest);
        throw new IllegalStateException(rest + " of " + n + " bytes are not there: " + this);
      }
      long step = Math.min(rest, left);
      pass(step);
      rest -= step;
    }
  }

  /// Moves back by `n` bytes, whatever the count; so many have gone.
  void backward(long n) {
    for (long rest = n; rest > 0; ) {
      if (back == 0) {
        previous();
      }
      long step = Math.min(rest, back);
      pass(-step);
      rest -= step;
    }
  }

  /// Moves on by `n` bytes that were taken.
  final void took(long n) {
    forward(n);
    count -= n;
  }

  /// The least of `n` and what remains.
  final long within(String what, long n) {
    demandNatural(what, n);
    return Math.min(n, count);
  }

  /// Of the bytes that remained, `n` have been passed.
  final void passed(long n) {
    count -= n;
  }

  /// Loads a run of `memory` and stands at its start.
  final void load(MemorySegment memory, long start, long length) {
    this.memory = memory;
    at = start;
    left = length;
    back = 0;
  }

  /// Loads a run of plain addresses and stands at its start; [#memory] is all memory from the start
  /// on, and stays.
  final void load(long address, long length, @Nullable Folio folio) {
    at = address;
    left = length;
    back = 0;
    this.folio = folio;
  }

  /// Stands at the end of the run that was just loaded.
  final void toEnd() {
    at += left;
    back = left;
    left = 0;
  }

  /// Drops the run: the next access loads it anew.
  final void unload() {
    left = 0;
    back = 0;
  }

  /// Notes the position and the run in `state`.
  final void note(IovState state) {
    state.position = position;
    state.run = run();
    state.memory = memory;
    state.at = at;
    state.left = left;
    state.back = back;
    state.folio = folio;
  }

  /// Goes to where `state` was noted, whatever lies between.
  final void go(IovState state) {
    if (seek(state.run)) {
      position = state.position;
      memory = state.memory;
      at = state.at;
      left = state.left;
      back = state.back;
      folio = state.folio;
    } else if (state.position < position) {
      backward(position - state.position);
    } else {
      forward(state.position - position);
    }
  }

  /// The number of the run that is loaded, for shapes that have such.
  int run() {
    return 0;
  }

  /// Makes the run of this number the one that is loaded; false if the shape has no numbers.
  boolean seek(int run) {
    return false;
  }

  /// Loads the next run that is not empty, by [#load]; false, and nothing has changed, if there is
  /// none now. Called at the end of a run.
  abstract boolean next();

  /// Loads the run before that is not empty and stands at its end. Called at the start of a run
  /// while bytes have gone.
  abstract void previous();

  static void demandNatural(String what, long n) {
    if (n < 0) {
      throw new IllegalArgumentException(what + "(" + n + "): negative");
    }
  }
}
