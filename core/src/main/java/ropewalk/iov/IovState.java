package ropewalk.iov;

import org.jspecify.annotations.Nullable;

/// Where an iterator stood: filled by [IovIter#save], used by [IovIter#restore]. May be used again
/// and again, and for any iterator; allocates nothing.
public final class IovState {

  /// Whose state it is; null before the first save.
  @Nullable IovIter of;

  long position;
  long count;

  /// Nothing saved.
  public IovState() {}

  /// For messages.
  @Override
  public String toString() {
    return "IovState[position=" + position + ", count=" + count + "]";
  }
}
