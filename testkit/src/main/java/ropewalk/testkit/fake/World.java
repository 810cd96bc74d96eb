package ropewalk.testkit.fake;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;

/// What all calls share: the descriptor table, the seed, and how to wait. Guarded by its own
/// monitor, which [FakeKernel] holds around every call.
final class World {
  /// As usual for a process that asked for nothing else.
  private static final int DESCRIPTORS_MAX = 1024;

  /// Standard streams are taken.
  private static final int FIRST_DESCRIPTOR = 3;

  final Gen gen;
  final FakeDisk disk;

  /// What direct I/O has to be aligned to, in memory and in files; 0: it is refused.
  int directBlock = 512;

  /// The next sync of a file answers -EIO.
  boolean nextSyncFails;

  private final Map<Integer, Description> table = new TreeMap<>();
  private FakeKernel.@Nullable Scheduler scheduler;

  World(long seed) {
    gen = Gen.seeded(seed);
    disk = new FakeDisk(gen);
  }

  void schedule(FakeKernel.Scheduler newScheduler) {
    scheduler = newScheduler;
  }

  /// The description behind a number, or null.
  @Nullable Description get(int fd) {
    return table.get(fd);
  }

  /// Gives a new descriptor the lowest free number from `least` on, or -EMFILE.
  int open(Description description, int least) {
    for (int fd = Math.max(least, FIRST_DESCRIPTOR); fd < DESCRIPTORS_MAX; fd++) {
      if (!table.containsKey(fd)) {
        table.put(fd, description);
        description.holders++;
        return fd;
      }
    }
    return -Errno.EMFILE;
  }

  int open(Description description) {
    return open(description, 0);
  }

  /// Opens two, packed; none of them when there is room for one only.
  long open(Description first, Description second) {
    int low = open(first);
    int high = low < 0 ? low : open(second);
    if (high < 0) {
      if (low >= 0) {
        close(low);
      }
      return high;
    }
    long pair = Integer.toUnsignedLong(low) | ((long) high << 32);
    assert Syscalls.second(pair) == high;
    return pair;
  }

  int close(int fd) {
    Description description = table.remove(fd);
    if (description == null) {
      return -Errno.EBADF;
    }
    if (--description.holders == 0) {
      description.close();
    }
    return 0;
  }

  /// Brings all of `file` to the disk; answers 0 or -EIO.
  int sync(FakeFile file) {
    if (nextSyncFails) {
      nextSyncFails = false;
      file.failSync(gen);
      return -Errno.EIO;
    }
    file.sync();
    disk.commit();
    return 0;
  }

  /// How many descriptors are open.
  int descriptors() {
    return table.size();
  }

  /// Everybody is gone, nobody was told.
  void forget() {
    table.clear();
  }

  /// Runs `attempt` until it answers something else than -EAGAIN; once if `mayDecline`.
  long await(boolean mayDecline, LongSupplier attempt) {
    while (true) {
      long answer = attempt.getAsLong();
      if (answer != -Errno.EAGAIN || mayDecline) {
        return answer;
      }
      long woken = pause(-1);
      if (woken < 0) {
        return woken;
      }
    }
  }

  /// Waits for something to change, at most this long (negative: for ever). Answers 1 when to look
  /// again, 0 when the time is over, -EINTR when interrupted.
  @SuppressWarnings("WaitNotInLoop") // every caller looks again, in a loop of its own
  int pause(long millis) {
    if (scheduler != null) {
      if (scheduler.step()) {
        return 1;
      }
      if (millis >= 0) {
        return 0; // nobody can do anything, so the time passes
      }
      throw new AssertionError("a call would wait for ever: nothing is left that could wake it");
    }
    try {
      if (millis < 0) {
        wait();
        return 1;
      }
      long deadline = System.nanoTime() + millis * 1_000_000;
      if (millis > 0) {
        wait(millis);
      }
      return System.nanoTime() >= deadline ? 0 : 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -Errno.EINTR;
    }
  }
}
