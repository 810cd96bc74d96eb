package ropewalk.net;

import java.io.IOException;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.testkit.Pattern;

/// A sink that wants the pattern, from a position on, and knows how far it has come.
final class Checking implements Sink {
  long position;

  Checking(long position) {
    this.position = position;
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    PageRef first = pipe.peek();
    if (first == null || limit == 0) {
      return 0;
    }
    int length = (int) Math.min(limit, first.length());
    Pattern.verify(first.bytes().asSlice(0, length), position);
    pipe.consume(length);
    position += length;
    return length;
  }

  @Override
  public String wayOut() {
    return "check";
  }

  @Override
  public void close() {}
}
