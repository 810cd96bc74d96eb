package ropewalk.splice;

/// A file as the kernel's own verbs need it: bytes at any offset, and one position that calls
/// without an offset use and move. `file` implements it; [Verbs] uses it.
public interface Positional {

  /// A source of the `length` bytes at `offset`, fewer if the file ends before. Moves no position.
  Source from(long offset, long length);

  /// A sink that writes from `offset` on. Moves no position.
  Sink to(long offset);

  /// The position of the file itself.
  long position();

  /// Moves the position of the file itself on by `bytes`.
  void advance(long bytes);
}
