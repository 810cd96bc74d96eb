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

  /// What the run lies in.
  MemorySegment memory = MemorySegment.NULL;

  /// Where in [#memory] the position is.
  long at;

  /// How many bytes of the run are ahead.
  long left;

  /// How many bytes of the run have gone.
  long back;

  /// The folio of the run; null where it is of none.
  @Nullable Folio folio;

  RunCursor() {}

  /// The same position in the same run.
  RunCursor(RunCursor other) {
    position = other.position;
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

  /// Loads a run and stands at its start.
  final void load(MemorySegment memory, long start, long length, @Nullable Folio folio) {
    this.memory = memory;
    at = start;
    left = length;
    back = 0;
    this.folio = folio;
  }

  /// Loads a run and stands at its end.
  final void loadEnd(MemorySegment memory, long start, long length, @Nullable Folio folio) {
    load(memory, start + length, 0, folio);
    back = length;
  }

  /// Drops the run: the next access loads it anew.
  final void unload() {
    left = 0;
    back = 0;
  }

  /// Loads the next run that is not empty, by [#load]; false, and nothing has changed, if there is
  /// none now. Called at the end of a run.
  abstract boolean next();

  /// Loads the run before that is not empty, by [#loadEnd]. Called at the start of a run while
  /// bytes have gone.
  abstract void previous();
}
