package ropewalk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.cache.PageCache;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.net.ZeroCopy;
import ropewalk.page.Ceilings;
import ropewalk.page.FolioPool;
import ropewalk.page.PoolPlan;
import ropewalk.splice.Prices;

/// How a [Ropewalk] is to be built. Not thread-safe; each setter answers the builder.
public final class RopewalkBuilder {
  /// Enough for the hot files of a small site; `serve --cache` asks for more.
  private static final long CACHE_BYTES = 64L << 20;

  /// A page cache holds one run at the least.
  private static final long CACHE_MIN = 64L << 10;

  private Syscalls syscalls = HostSyscalls.host();
  private Engine.Choice choice = Engine.Choice.AUTO;
  private long cacheBytes = CACHE_BYTES;
  private @Nullable PoolPlan plan;
  private @Nullable Prices prices;
  private ZeroCopy zeroCopy = ZeroCopy.AUTO;

  RopewalkBuilder() {}

  /// The kernel to call: the host unless a test says otherwise.
  public RopewalkBuilder syscalls(Syscalls syscalls) {
    this.syscalls = syscalls;
    return this;
  }

  /// Which engine; [Engine.Choice#AUTO] takes io_uring where the kernel grants it.
  public RopewalkBuilder engine(Engine.Choice choice) {
    this.choice = choice;
    return this;
  }

  /// The most bytes of files that the page cache keeps; below 64 KiB it keeps that much.
  public RopewalkBuilder cacheBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("cacheBytes must not be negative: " + bytes);
    }
    this.cacheBytes = bytes;
    return this;
  }

  /// The pool's memory, term by term, instead of the plan for this machine.
  public RopewalkBuilder plan(PoolPlan plan) {
    this.plan = plan;
    return this;
  }

  /// What routes cost, instead of what a calibration on this machine has kept ([KeptPrices]).
  public RopewalkBuilder prices(Prices prices) {
    this.prices = prices;
    return this;
  }

  /// Which sends of its sockets lend pages to the kernel instead of having them copied, as long as
  /// a socket is not told otherwise.
  public RopewalkBuilder zeroCopy(ZeroCopy policy) {
    this.zeroCopy = policy;
    return this;
  }

  /// Opens the house.
  ///
  /// @throws IOException if the kernel grants neither the memory nor an engine
  public Ropewalk open() throws IOException {
    PoolPlan chosen = plan == null ? PoolPlan.standard(Ceilings.ofThisMachine(), cacheBytes) : plan;
    FolioPool pool = FolioPool.open(syscalls, chosen);
    @Nullable Engine engine = null;
    try {
      engine = Engine.open(syscalls, choice);
      Prices known = prices == null ? KeptPrices.load() : prices;
      PageCache cache = PageCache.open(pool, Math.max(cacheBytes, CACHE_MIN));
      return new Ropewalk(engine, pool, pool.register(engine), cache, known, zeroCopy);
    } catch (IOException | RuntimeException e) {
      if (engine != null) {
        engine.close();
      }
      pool.close();
      throw e;
    }
  }
}
