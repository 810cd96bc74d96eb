package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Failures of writing back and of fsync, which nobody was there to be told of: each is kept until
/// every holder has been told once, by its next flush, sync or close.
///
/// ```
///   errors          1     2                3
///   ────────────────┼─────┼────────────────┼──────►
///   holder A        ·     ·   told of 2    ·  told of 3
///   holder B                     opened: A knows of 2
///   holder C                                 opened: nobody knows of 3, C will be told
/// ```
///
/// Of several errors between two reports the last one is told, and how many there were. The bytes
/// are no matter here: they are dirty still.
///
/// Called with the lock of [Runs], all of it.
final class WriteErrors {
  private long count;
  private @Nullable IOException last;
  private boolean isSeen = true;

  /// Something failed.
  void record(IOException why) {
    count++;
    last = why;
    isSeen = false;
  }

  /// The last error, in words.
  String words() {
    IOException why = last;
    return why == null ? "no error is known" : String.valueOf(why.getMessage());
  }

  /// What a holder that is opened now counts as told: all, if anybody knows the last one.
  long atOpen() {
    return isSeen ? count : count - 1;
  }

  /// What `holder` has not been told of, which it is now; null if there is nothing.
  @Nullable IOException tell(Holder holder) {
    IOException why = last;
    long missed = count - holder.told;
    if (missed == 0 || why == null) {
      return null;
    }
    holder.told = count;
    isSeen = true;
    String words = String.valueOf(why.getMessage());
    return new WritebackException(
        missed == 1 ? words : words + "; and " + (missed - 1) + " before", why);
  }
}
