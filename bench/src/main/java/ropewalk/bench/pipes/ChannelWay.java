package ropewalk.bench.pipes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

/// `java.nio.channels.Pipe`: the kernel's, which copies in and out.
final class ChannelWay implements Way {
  private final Pipe pipe;
  private final ByteBuffer out = ByteBuffer.allocateDirect(PIECE);
  private final ByteBuffer in = ByteBuffer.allocateDirect(PIECE);

  ChannelWay() throws IOException {
    pipe = Pipe.open();
  }

  @Override
  public String name() {
    return "nio Pipe";
  }

  @Override
  public int copies() {
    return 2;
  }

  @Override
  public void put(boolean touch, byte value) throws IOException {
    out.clear();
    if (touch) {
      MemorySegment.ofBuffer(out).fill(value);
    }
    while (out.hasRemaining()) {
      pipe.sink().write(out);
    }
  }

  @Override
  public long take(boolean touch) throws IOException {
    in.clear();
    while (in.hasRemaining()) {
      if (pipe.source().read(in) < 0) {
        throw new IOException("the pipe ended early");
      }
    }
    in.flip();
    return touch ? Sum.ofMemory(MemorySegment.ofBuffer(in)) : in.remaining();
  }

  @Override
  public void close() throws IOException {
    pipe.sink().close();
    pipe.source().close();
  }
}
