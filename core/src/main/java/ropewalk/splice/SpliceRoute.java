package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Splices;

/// `splice(2)` in one call, where one end is a pipe already (a shell's, mostly).
final class SpliceRoute implements Route {
  /// The most one call moves: the largest pipe an ordinary user may have.
  static final long STEP_BYTES = 1L << 20;

  private final Engine engine;

  SpliceRoute(Engine engine) {
    this.engine = engine;
  }

  @Override
  public String name() {
    return "splice";
  }

  @Override
  public @Nullable String declines(Ask ask) {
    if (!ask.hasTwoDescriptors()) {
      return "needs descriptors at both ends";
    }
    if (ask.from() != End.Kind.PIPE && ask.to() != End.Kind.PIPE) {
      return "needs a pipe at one end";
    }
    return null;
  }

  @Override
  public int copiesKernel(Ask ask) {
    return ask.to() == End.Kind.FILE ? 1 : 0;
  }

  @Override
  public Stability stability(Ask ask) {
    if (ask.from() == End.Kind.FILE) {
      return ask.isImmutable() ? Stability.IMMUTABLE : Stability.LIVE;
    }
    return Stability.SNAPSHOT;
  }

  @Override
  public Strand open(Source source, Sink sink) {
    int copies = copiesKernel(Ask.of(source, sink, 0));
    return new DescriptorStrand(name(), source, sink) {
      @Override
      public long step(long limit, boolean more, Tally tally) throws IOException {
        long length = min(min(limit, STEP_BYTES), from.bound());
        if (length == 0) {
          return Source.END;
        }
        int flags = Splices.SPLICE_F_NONBLOCK | (more ? Splices.SPLICE_F_MORE : 0);
        long result = SpliceCall.splice(engine, from, to, length, flags, SpliceCall.Wait.BOTH);
        if (result > 0) {
          tally.addKernel(result * copies);
          return advanced(result);
        }
        return result == 0 ? Source.END : result;
      }
    };
  }
}
