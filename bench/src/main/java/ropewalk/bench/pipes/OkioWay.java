package ropewalk.bench.pipes;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import okio.Buffer;
import okio.Pipe;

/// `okio.Pipe`: the array is copied into segments, which move to the reader and are read there
/// where they lie, by an unsafe cursor: Okio at its best.
final class OkioWay implements Way {
  private final Pipe pipe = new Pipe((long) PIECE * DEPTH);
  private final byte[] array = new byte[PIECE];
  private final Buffer out = new Buffer();
  private final Buffer in = new Buffer();
  private final Buffer.UnsafeCursor cursor = new Buffer.UnsafeCursor();

  @Override
  public String name() {
    return "okio.Pipe";
  }

  @Override
  public int copies() {
    return 1;
  }

  @Override
  public void put(boolean touch, byte value) throws IOException {
    if (touch) {
      Arrays.fill(array, value);
    }
    out.write(array);
    pipe.sink().write(out, PIECE);
  }

  @Override
  public long take(boolean touch) throws IOException {
    while (in.size() < PIECE) {
      if (pipe.source().read(in, PIECE - in.size()) < 0) {
        throw new IOException("the pipe ended early");
      }
    }
    long sum = 0;
    if (touch) {
      try (Buffer.UnsafeCursor each = in.readUnsafe(cursor)) {
        while (each.next() > 0) {
          sum += Sum.ofArray(Objects.requireNonNull(each.data), each.start, each.end - each.start);
        }
      }
    }
    in.clear();
    return sum;
  }

  @Override
  public void close() throws IOException {
    pipe.sink().close();
    pipe.source().close();
  }
}
