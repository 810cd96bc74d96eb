package ropewalk.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.function.LongUnaryOperator;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;

/// A sink that keeps what it took, takes as much as a test says, and fails when it says 0.
final class Collector implements Sink {
  private final String name;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final LongUnaryOperator taking;
  int drains;

  /// @param taking how many bytes of so many it takes; 0 to fail
  Collector(String name, LongUnaryOperator taking) {
    this.name = name;
    this.taking = taking;
  }

  Collector(String name) {
    this(name, LongUnaryOperator.identity());
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long wanted = taking.applyAsLong(Math.min(limit, pipe.bytes()));
    if (wanted == 0) {
      throw new IOException("out of order");
    }
    drains++;
    for (long left = wanted; left > 0; ) {
      PageRef first = pipe.peek();
      if (first == null) {
        throw new IllegalStateException("less in the pipe than it said");
      }
      int length = (int) Math.min(left, first.length());
      bytes.writeBytes(first.bytes().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
      pipe.consume(length);
      left -= length;
    }
    return wanted;
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  @Override
  public String wayOut() {
    return "collect";
  }

  @Override
  public void close() {
    throw new IllegalStateException("sinks are lent");
  }

  @Override
  public String toString() {
    return name;
  }
}
