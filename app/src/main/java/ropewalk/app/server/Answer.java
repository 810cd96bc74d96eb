package ropewalk.app.server;

import java.lang.foreign.MemorySegment;
import ropewalk.http.ResponseHead;
import ropewalk.splice.Source;

/// What a request gets: a head and where its body comes from. Whoever receives an answer owns it
/// and closes it.
sealed interface Answer extends AutoCloseable {

  /// Status and fields; the connection adds its own.
  ResponseHead head();

  @Override
  default void close() {}

  /// A body that we made up: a listing, a sentence. Empty for HEAD.
  record Page(ResponseHead head, MemorySegment body) implements Answer {}

  /// A body out of a file.
  ///
  /// @param body the bytes from the first one asked for, not yet read
  /// @param length how many bytes the head has promised; above 0
  /// @param file what to close when all is sent
  record Body(ResponseHead head, Source body, long length, Closing file) implements Answer {
    @Override
    public void close() {
      file.close();
    }
  }

  /// Closes a file; it was only read, so there is nothing that could go wrong and matter.
  @FunctionalInterface
  interface Closing {
    void close();
  }
}
