package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.page.Folio;

/// Where an iterator stood: filled by [IovIter#save], used by [IovIter#restore]. May be used again
/// and again, and for any iterator; allocates nothing. With arrays of runs both take the same time
/// wherever the iterator stands; other shapes walk back.
public final class IovState {

  /// Whose state it is; null before the first save.
  @Nullable IovIter of;

  long position;
  long count;

  // The run that was loaded, and which one it was, for shapes that find it by its number.
  int run;
  MemorySegment memory = MemorySegment.NULL;
  long at;
  long left;
  long back;
  @Nullable Folio folio;

  /// Nothing saved.
  public IovState() {}

  /// For messages.
  @Override
  public String toString() {
    return "IovState[position=" + position + ", count=" + count + "]";
  }
}
