package ropewalk.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.bio.Dio;
import ropewalk.cache.Bypass;
import ropewalk.iov.Direction;
import ropewalk.iov.IovIter;

/// What a [DirectIo] knows of one tag: the call that bears it, again and again.
///
/// ```
///   FREE ──begin──► WAITING ──claim, place──► FLYING ──answer──► WAITING ... DONE ──told──► FREE
/// ```
///
/// Belongs to the lane's thread.
final class DirectCall {
  /// Where it is in the drawing.
  enum State {
    FREE,
    WAITING,
    FLYING,
    DONE
  }

  /// Pages of one gathering: a mebibyte, and little memory for each tag.
  private static final int PAGES_MAX = 256;

  private final Bypass bypass;
  final Dio dio;
  State state = State.FREE;

  /// The claim of the file; 0 without.
  long stamp;

  long startedNanos;

  /// Not before this, says the rate.
  long dueNanos;

  long result;
  @Nullable IOException failure;

  private boolean isWrite;
  private Bypass.@Nullable Write write;
  private long offset;
  private long length;

  DirectCall(DirectCalls calls) {
    this.bypass = calls.bypass;
    this.dio = calls.fresh(PAGES_MAX);
  }

  /// Begins, with the cache beside the file first: that may wait, and then nothing has begun yet.
  void begin(IovIter iter, long offset) throws IOException {
    this.offset = offset;
    length = iter.count();
    failure = null;
    dio.begin(iter, offset);
    boolean isBegun = false;
    try {
      if (iter.direction() == Direction.TARGET) {
        bypass.beforeRead(offset, length);
      } else {
        write = bypass.beginWrite(offset, length, false);
        isWrite = true;
      }
      isBegun = true;
    } finally {
      if (!isBegun) {
        dio.abandon();
      }
    }
  }

  /// A write is over, however it went. Nobody is waited for: who is at work on the range in the
  /// cache is told of as a failure.
  void endWrite() {
    if (!isWrite) {
      return;
    }
    isWrite = false;
    Bypass.Write ended = write;
    write = null;
    try {
      bypass.endWrite(ended, offset, length, result > 0 ? offset + result : 0, false);
    } catch (IOException e) {
      if (failure == null) {
        failure = e;
      }
    }
  }
}
