package ropewalk.bench.pipes;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.Arrays;

/// `PipedInputStream`, with as much room as the others have.
final class StreamWay implements Way {
  private final PipedInputStream source = new PipedInputStream(PIECE * DEPTH);
  private final PipedOutputStream sink;
  private final byte[] out = new byte[PIECE];
  private final byte[] in = new byte[PIECE];

  StreamWay() throws IOException {
    sink = new PipedOutputStream(source);
  }

  @Override
  public String name() {
    return "PipedInputStream";
  }

  @Override
  public int copies() {
    return 2;
  }

  @Override
  public void put(boolean touch, byte value) throws IOException {
    if (touch) {
      Arrays.fill(out, value);
    }
    sink.write(out);
    sink.flush(); // wakes the reader, who would else look once a second
  }

  @Override
  public long take(boolean touch) throws IOException {
    int done = source.readNBytes(in, 0, PIECE);
    if (done < PIECE) {
      throw new IOException("the pipe ended early");
    }
    return touch ? Sum.ofArray(in, 0, PIECE) : done;
  }

  @Override
  public void close() throws IOException {
    sink.close();
    source.close();
  }
}
