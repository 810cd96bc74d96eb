package ropewalk.send;

/// Where a queue hears that the kernel is done with pages: the error queue of a socket, or a
/// double.
interface Notices extends AutoCloseable {
  /// Reads all notifications that are there, without waiting, and tells `queue` of each range by
  /// [SendQueue#completed].
  ///
  /// @param number the socket, which is open for the length of the call
  /// @return how many it has read; 0 if none is there
  int take(int number, SendQueue queue);

  /// Frees what it holds; nobody calls [#take] any more.
  @Override
  void close();
}
