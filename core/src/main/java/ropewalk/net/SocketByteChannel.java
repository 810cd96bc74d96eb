package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import ropewalk.iov.Copy;
import ropewalk.iov.Tally;
import ropewalk.linux.Scratch;
import ropewalk.splice.Source;

/// A socket for people who have `ByteBuffer`s. Direct buffers go to the kernel as they are; heap
/// buffers pass through native scratch memory, one more copy, since the collector may move them.
final class SocketByteChannel implements ByteChannel {
  /// The most of a heap buffer that one call moves: a request head or a small message.
  private static final int BOUNCE_BYTES = 16 << 10;

  private final Socket socket;
  private final Tally tally;

  SocketByteChannel(Socket socket, Tally tally) {
    this.socket = socket;
    this.tally = tally;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    MemorySegment segment = MemorySegment.ofBuffer(target);
    long got;
    if (segment.isNative()) {
      got = socket.receive(segment);
    } else {
      long length = Math.min(segment.byteSize(), BOUNCE_BYTES);
      try (Scratch bounce = new Scratch(length)) {
        got = socket.receive(bounce.segment());
        if (got > 0) {
          Copy.bytes(bounce.segment(), 0, segment, 0, got, tally);
        }
      }
    }
    if (got == Source.END) {
      return -1;
    }
    target.position(target.position() + (int) got);
    return (int) got;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    MemorySegment segment = MemorySegment.ofBuffer(source);
    if (segment.isNative()) {
      socket.send(segment, false);
    } else {
      try (Scratch bounce = new Scratch(Math.max(1, Math.min(length, BOUNCE_BYTES)))) {
        for (long done = 0; done < length; ) {
          long step = Math.min(length - done, bounce.segment().byteSize());
          Copy.bytes(segment, done, bounce.segment(), 0, step, tally);
          socket.send(bounce.segment().asSlice(0, step), done + step < length);
          done += step;
        }
      }
    }
    source.position(source.limit());
    return length;
  }

  @Override
  public boolean isOpen() {
    return socket.fd().isOpen();
  }

  @Override
  public void close() {
    socket.close();
  }
}
