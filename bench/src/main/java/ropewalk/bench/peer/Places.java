package ropewalk.bench.peer;

/// Where the next block is read: a random number by shifts, as cheap as can be, or the next place.
/// One thread's own.
final class Places {
  private final boolean isRandom;
  private final long blocks;
  private final int block;
  private long state;

  /// `seed` above zero; a sequential reader begins at block `seed`.
  Places(String pattern, long fileBytes, int block, long seed) {
    this.isRandom = pattern.equals("random");
    this.blocks = fileBytes / block;
    this.block = block;
    this.state = isRandom ? seed * 0x9e3779b97f4a7c15L | 1 : seed;
  }

  /// The offset of the next block.
  long next() {
    if (!isRandom) {
      return state++ % blocks * block;
    }
    state ^= state << 13;
    state ^= state >>> 7;
    state ^= state << 17;
    return Long.remainderUnsigned(state, blocks) * block;
  }
}
