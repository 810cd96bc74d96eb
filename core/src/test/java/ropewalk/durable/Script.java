package ropewalk.durable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.cache.Writing;
import ropewalk.file.CachedFile;
import ropewalk.testkit.Gen;

/// What is done to a file, made from a seed: whoever has the same seed knows what the other does.
final class Script {
  /// Where the file ends at most.
  static final int SIZE_MAX = 256 << 10;

  private static final int WRITE_MAX = 20_000;

  /// Where the bytes of all steps so far are, at least.
  enum Reach {
    CACHE,
    KERNEL,
    MEDIUM
  }

  /// One step.
  sealed interface Step {
    /// Tells the judge, before it begins.
    void announce(Promise promise);

    /// Carries it out.
    void run(CachedFile file) throws IOException;

    /// What is promised when it has returned, in this mode of writing.
    default Reach reach(Writing writing) {
      return writing == Writing.BACK ? Reach.CACHE : Reach.KERNEL;
    }
  }

  /// Bytes that are made from `seed`.
  record Write(int at, int length, long seed) implements Step {
    private byte[] bytes() {
      byte[] bytes = new byte[length];
      long state = seed;
      for (int i = 0; i < length; i++) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        bytes[i] = (byte) (state >>> 56);
      }
      return bytes;
    }

    @Override
    public void announce(Promise promise) {
      promise.write(at, bytes());
    }

    @Override
    public void run(CachedFile file) throws IOException {
      long n = file.write(MemorySegment.ofArray(bytes()), at);
      if (n != length) {
        throw new IOException("wrote " + n + " of " + this);
      }
    }

    /// In SYNC mode it is on the medium, but a size that was set before it may not be.
    @Override
    public Reach reach(Writing writing) {
      return writing == Writing.SYNC ? Reach.MEDIUM : Step.super.reach(writing);
    }
  }

  /// The size is set.
  record Truncate(int to) implements Step {
    @Override
    public void announce(Promise promise) {
      promise.truncate(to);
    }

    @Override
    public void run(CachedFile file) throws IOException {
      file.truncate(to);
    }
  }

  /// Everything is to be on the medium.
  record Sync(boolean isDataOnly) implements Step {
    @Override
    public void announce(Promise promise) {}

    @Override
    public void run(CachedFile file) throws IOException {
      file.sync(isDataOnly);
    }

    @Override
    public Reach reach(Writing writing) {
      return Reach.MEDIUM;
    }
  }

  /// Everything is to be the kernel's.
  record Flush() implements Step {
    @Override
    public void announce(Promise promise) {}

    @Override
    public void run(CachedFile file) throws IOException {
      file.flush();
    }

    @Override
    public Reach reach(Writing writing) {
      return Reach.KERNEL;
    }
  }

  private Script() {}

  /// Some steps, of which one in `syncs` is a sync.
  static List<Step> of(Gen gen, int count, int syncs) {
    return of(gen, count, syncs, true);
  }

  /// The same, with or without any that sets the size.
  static List<Step> of(Gen gen, int count, int syncs, boolean truncates) {
    List<Step> steps = new ArrayList<>();
    while (steps.size() < count) {
      steps.add(
          gen.oneIn(syncs)
              ? gen.oneIn(3) ? new Flush() : new Sync(gen.bool())
              : truncates && gen.oneIn(9) ? truncate(gen) : write(gen));
    }
    return steps;
  }

  private static Step truncate(Gen gen) {
    return new Truncate(gen.in(0, SIZE_MAX));
  }

  /// Half of them crowd at the beginning, so that much is overwritten.
  private static Step write(Gen gen) {
    int at = gen.in(0, gen.bool() ? SIZE_MAX - WRITE_MAX : 30_000);
    return new Write(at, gen.in(1, WRITE_MAX), gen.below(Long.MAX_VALUE));
  }
}
