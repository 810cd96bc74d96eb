package ropewalk.splice;

import java.io.IOException;

/// Three pipes and three descriptors of files, in the words of the kernel's calls: once the
/// kernel's own, once ours. A [Program] plays the same steps in both.
///
/// ```
///   0 1 2   source ends (bytes go in)      6  a file to read, never written
///   3 4 5   sink ends (bytes come out)     7  a file to write, never read; 8 the same, O_APPEND
/// ```
///
/// Results are the kernel's: a count or `-errno`. No call may wait, unless the program sees to it
/// that somebody ends the wait.
interface World extends AutoCloseable {
  int PIPES = 3;
  int FILE_IN = 6;
  int FILE_OUT = 7;
  int FILE_APPEND = 8;
  int HANDLES = 9;

  /// An offset that means the file's own position.
  long NONE = -1;

  static boolean isSource(int handle) {
    return handle < PIPES;
  }

  static boolean isSink(int handle) {
    return handle >= PIPES && handle < FILE_IN;
  }

  static boolean isPipe(int handle) {
    return handle < FILE_IN;
  }

  /// The pipe that an end is of.
  static int pipe(int end) {
    return end % PIPES;
  }

  /// A fresh pipe in this place, of `slots` slots; the old one is closed.
  void open(int pipe, int slots) throws IOException;

  void close(int end);

  boolean isClosed(int end);

  void mode(int end, int flags);

  long write(int end, long address, int length);

  long read(int end, long address, int length);

  long splice(int in, long offIn, int out, long offOut, long length, int flags);

  long tee(int in, int out, long length, int flags);

  /// The caller's memory: `addresses` and `lengths`, an address of 0 for one that can't be used.
  long vmsplice(int end, long[] addresses, int[] lengths, int flags);

  /// `pages` whole pages of the pool from `page` on, but for `skip` bytes at the start.
  long vmsplicePages(int end, int page, int pages, int skip, int flags);

  long sendfile(int out, int in, long offset, long count);

  long resize(int end, long bytes);

  /// Bytes that wait in a pipe, asked of an end.
  long bytes(int end);

  /// The pipe's size, asked of an end.
  long size(int end);

  int ready(int end);

  long position(int file);

  /// The first bytes of the file to write; answers how many.
  long written(long address, int length);

  @Override
  void close();
}
