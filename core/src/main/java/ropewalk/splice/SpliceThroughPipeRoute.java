package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.Splices;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.KernelPipes;

/// `splice(2)` twice, through a kernel pipe of our own: a socket to another socket or to a file,
/// without a byte in user space.
///
/// The pipe belongs to one move at a time. Bytes that are in it when the sink fails can't go back
/// to a socket: they are lost, counted and reported, and the dirty pipe is closed, never used
/// again. That is why a file is asked whether it can be spliced to at all (one that is appended to
/// can't, R-07) while there is nothing to lose: before the first byte is taken from the socket.
final class SpliceThroughPipeRoute implements Route {
  private final Engine engine;
  private final KernelPipes pipes;

  /// Takes pipes from `pipes`, whose size is its steps', and brings back those that are clean.
  SpliceThroughPipeRoute(Engine engine, KernelPipes pipes) {
    this.engine = engine;
    this.pipes = pipes;
  }

  @Override
  public String name() {
    return "splice2";
  }

  @Override
  public @Nullable String declines(Ask ask) {
    if (!ask.hasTwoDescriptors()) {
      return "needs descriptors at both ends";
    }
    return ask.comesFromSocket() && (ask.goesToSocket() || ask.to() == End.Kind.FILE)
        ? null
        : "needs a socket as the source and a socket or file as the sink";
  }

  @Override
  public int copiesKernel(Ask ask) {
    return ask.to() == End.Kind.FILE ? 1 : 0;
  }

  @Override
  public Stability stability(Ask ask) {
    return Stability.SNAPSHOT;
  }

  @Override
  public Strand open(Source source, Sink sink) throws IOException {
    return new ThroughPipe(source, sink, copiesKernel(Ask.of(source, sink, 0)));
  }

  private final class ThroughPipe implements Strand {
    private final End from;
    private final End to;
    private final int copies;
    private final KernelPipe pipe;
    private final End pipeIn;
    private final End pipeOut;
    private long inPipe;
    private boolean isAsked;
    private boolean isSettled;

    ThroughPipe(Source source, Sink sink, int copies) throws IOException {
      this.from = Objects.requireNonNull(source.sourceEnd(), "source end");
      this.to = Objects.requireNonNull(sink.sinkEnd(), "sink end");
      this.copies = copies;
      this.pipe = pipes.take();
      this.pipeIn = new PipeEnd(pipe.source());
      this.pipeOut = new PipeEnd(pipe.sink());
    }

    @Override
    public long step(long limit, boolean more, Tally tally) throws IOException {
      if (!isAsked) {
        isAsked = true;
        if (to.kind() == End.Kind.FILE && SpliceCall.isRefused(engine, pipeOut, to)) {
          return DECLINED;
        }
      }
      if (inPipe == 0) {
        long length = min(min(limit, pipe.size()), from.bound());
        pipe.markDirty();
        long got =
            length == 0
                ? 0
                : SpliceCall.splice(
                    engine,
                    from,
                    pipeIn,
                    length,
                    Splices.SPLICE_F_NONBLOCK,
                    SpliceCall.Wait.SOURCE);
        if (got <= 0) {
          pipe.markClean();
          return got == 0 ? Source.END : got;
        }
        from.advance(got);
        inPipe = got;
      }
      int flags = Splices.SPLICE_F_NONBLOCK | (more ? Splices.SPLICE_F_MORE : 0);
      long put =
          SpliceCall.splice(engine, pipeOut, to, min(limit, inPipe), flags, SpliceCall.Wait.SINK);
      if (put <= 0) {
        throw new IOException(
            "splice(fd_in=%s, fd_out=%s): the sink can't be spliced to".formatted(pipe, to.fd()));
      }
      inPipe -= put;
      if (inPipe == 0) {
        pipe.markClean();
      }
      to.advance(put);
      tally.addKernel(put * copies);
      return put;
    }

    @Override
    public long held() {
      return inPipe;
    }

    @Override
    public long settle() {
      if (!isSettled) {
        isSettled = true;
        pipes.bringBack(pipe);
      }
      long lost = inPipe;
      inPipe = 0;
      return lost;
    }

    @Override
    public String name() {
      return SpliceThroughPipeRoute.this.name();
    }
  }

  /// One end of our own kernel pipe.
  private record PipeEnd(Fd fd) implements End {
    @Override
    public Kind kind() {
      return Kind.PIPE;
    }

    @Override
    public long position() {
      return -1;
    }

    @Override
    public void advance(long bytes) {}

    @Override
    public boolean isNonBlocking() {
      return true;
    }
  }
}
