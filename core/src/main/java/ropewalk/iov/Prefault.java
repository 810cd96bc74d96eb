package ropewalk.iov;

import ropewalk.page.PageRef;

/// What [IovIter#prefault] found: three answers, and no error among them.
public sealed interface Prefault {

  /// All bytes are there: a copy will be whole.
  Prefault READY = new Ready();

  /// All bytes are there.
  record Ready() implements Prefault {}

  /// Some are not.
  ///
  /// @param bytes how many, counted from the first that is not there
  record Missing(long bytes) implements Prefault {}

  /// A whole page came along instead, the only reference to its bytes. *Gives* it: the iterator has
  /// moved on behind its bytes and has nothing more to do with it. It may be moved into another
  /// place as it is, or be published, copied from and released.
  ///
  /// @param page writable, its bytes as they were
  record Stolen(PageRef page) implements Prefault {}
}
