package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A way out of the house, and what should arrive at its far end. Used by one thread.
abstract class Wire implements AutoCloseable {
  /// Bytes that fit into any socket's queue, in however many sends.
  private static final int OUT_MAX = 48 << 10;

  private static final int SENDS_MAX = 40;

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private int arrived;
  private int sends;

  /// Its near end.
  abstract Sink sink();

  /// Its far end as a source of pages; null if that is elsewhere.
  @Nullable Source source() {
    return null;
  }

  /// The most bytes that one call may be asked to send.
  long sendMax() {
    return Long.MAX_VALUE;
  }

  /// Sends off the front of `iter` by one call.
  abstract long send(IovIter iter) throws IOException;

  /// Waits for `bytes` bytes at the far end.
  abstract byte[] receive(int bytes) throws IOException;

  /// Whether one more send finds room for sure.
  boolean hasRoom(long bytes) {
    return sent.size() - arrived + bytes <= OUT_MAX && sends < SENDS_MAX;
  }

  /// Says that these bytes were accepted.
  void added(byte[] bytes) {
    sent.writeBytes(bytes);
    sends++;
  }

  int out() {
    return sent.size() - arrived;
  }

  /// Has `bytes` bytes arrive and compares them with what was handed over.
  byte[] arrive(int bytes) throws IOException {
    byte[] actual = receive(bytes);
    byte[] expected = passedOn(bytes);
    assertThat(Arrays.mismatch(actual, expected))
        .as("the first byte that arrived over %s otherwise than it was handed over", this)
        .isEqualTo(-1);
    if (out() == 0) {
      sends = 0;
    }
    return actual;
  }

  /// Says that `bytes` bytes arrived unseen, and answers what they should be.
  byte[] passedOn(int bytes) {
    byte[] expected = Arrays.copyOfRange(sent.toByteArray(), arrived, arrived + bytes);
    arrived += bytes;
    return expected;
  }

  @Override
  public abstract void close() throws IOException;
}
