package ropewalk.bench.pipes;

import java.io.IOException;
import java.util.Objects;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;

/// Ours: a folio is filled and handed over.
final class OursWay implements Way {
  private final FolioPool pool;
  private final Pipe pipe = Pipe.open(DEPTH);

  OursWay() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 4 << 20));
  }

  @Override
  public String name() {
    return "ours";
  }

  @Override
  public int copies() {
    return 0;
  }

  @Override
  public void put(boolean touch, byte value) throws IOException {
    PageRef piece = pool.take(PIECE, FolioClass.RING);
    if (touch) {
      piece.target().fill(value);
    }
    piece.publish(PIECE);
    pipe.push(piece);
  }

  @Override
  public long take(boolean touch) throws IOException {
    try (PageRef piece = Objects.requireNonNull(pipe.take(), "the pipe ended early")) {
      return touch ? Sum.ofMemory(piece.bytes()) : piece.length();
    }
  }

  @Override
  public void close() {
    pipe.close();
    pool.close();
  }
}
