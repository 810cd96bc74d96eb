package ropewalk.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What is done to a file, made from a seed: the guest does it, and the host, which has the same
/// seed, knows afterwards what must be there without having been told.
///
/// Bytes are made of seed, step and position, so no two steps write the same at one place, and what
/// is found can be traced to the step that wrote it.
public final class Script {
  /// The file never grows beyond: large enough for several extents, small enough to compare often.
  public static final int BYTES_MAX = 1 << 20;

  /// The longest write: several pages, and parts of two more.
  private static final int WRITE_MAX = 24 << 10;

  /// One step in so many is a promise; so is the last.
  private static final int STEPS_PER_SYNC = 5;

  /// One step in so many changes the size.
  private static final int STEPS_PER_TRUNCATE = 17;

  private final long seed;
  private final List<Step> steps;

  private Script(long seed, List<Step> steps) {
    this.seed = seed;
    this.steps = steps;
  }

  /// A script of `count` steps.
  public static Script of(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Step> steps = new ArrayList<>();
    while (steps.size() < count - 1) {
      if (random.nextInt(STEPS_PER_SYNC) == 0) {
        steps.add(new Step.Sync(random.nextBoolean()));
      } else if (random.nextInt(STEPS_PER_TRUNCATE) == 0) {
        steps.add(new Step.Truncate(random.nextInt(BYTES_MAX)));
      } else {
        // Half of the writes crowd at the beginning, so that much is overwritten.
        int room = random.nextBoolean() ? BYTES_MAX : BYTES_MAX / 8;
        int length = 1 + random.nextInt(WRITE_MAX);
        steps.add(new Step.Write(random.nextInt(room - length + 1), length));
      }
    }
    steps.add(new Step.Sync(true));
    return new Script(seed, List.copyOf(steps));
  }

  /// The steps, in order.
  public List<Step> steps() {
    return steps;
  }

  /// What `write`, which is step number `index`, writes.
  public byte[] bytes(int index, Step.Write write) {
    byte[] bytes = new byte[write.length()];
    for (int i = 0; i < bytes.length; i++) {
      int position = write.offset() + i;
      // Eight bytes from each number; the finalizer of SplitMix64 makes neighbours strangers.
      long word = mix(seed ^ mix(((long) index << 32) | (position >>> 3)));
      bytes[i] = (byte) (word >>> ((position & 7) * 8));
    }
    return bytes;
  }

  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
