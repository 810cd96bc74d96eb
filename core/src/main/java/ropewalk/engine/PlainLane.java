package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Syscalls;

/// The lane where there is no io_uring: requests are plain calls, made one after another on the
/// owner's thread when they are handed over.
///
/// ```
///   read(0) read(1) read(2)      await(1)               await(1)            submit()
///   queue [0 1 2]                pread 0 -> [1 2]       pread 1 -> [2]      pread 2 -> []
/// ```
///
/// [#await] makes as many calls as it needs answers, and one if it is only to look, so that an
/// owner who polls gets on; [#submit] makes all. One is in the kernel at a time: whoever wants more
/// from a disk takes more threads.
final class PlainLane extends LaneFrame implements Lane {
  private final int[] queue;
  private int head;
  private int count;

  PlainLane(Syscalls syscalls, Gate gate, String whyNot, int depth) {
    super(syscalls, gate, whyNot, depth);
    this.queue = new int[depth];
  }

  @Override
  public String name() {
    return "plain";
  }

  @Override
  void prepare(LaneRequest request) {
    int end = head + count;
    queue[end >= queue.length ? end - queue.length : end] = request.tag;
    count++;
  }

  @Override
  public int submit() {
    checkOpen();
    int some = count;
    while (count > 0) {
      makeOldest();
    }
    return some;
  }

  @Override
  void awaitAnswers(int atLeast, long deadlineNanos) {
    if (answers() == 0 && count > 0) {
      makeOldest();
    }
    while (answers() < atLeast && !Watch.isDue(deadlineNanos)) {
      makeOldest();
    }
  }

  /// Makes the call that has waited longest; one that was cancelled meanwhile is not made.
  private void makeOldest() {
    LaneRequest request = requests[queue[head]];
    head = head + 1 == queue.length ? 0 : head + 1;
    count--;
    if (request.isCancelled) {
      answer(request, -Errno.ECANCELED);
    } else {
      calls++;
      answer(request, (int) request.makePlainly(syscalls));
    }
  }

  @Override
  void look() {
    // Answers come from handing over alone.
  }

  @Override
  void withdraw(LaneRequest request) {
    // Looked at when its turn comes.
  }

  @Override
  public Registration register(long address, long bytes) throws IOException {
    checkOpen();
    return Registration.none("only io_uring knows memory in advance, and this lane is plain");
  }

  @Override
  public boolean register(Fd fd) throws IOException {
    checkOpen();
    return false;
  }

  @Override
  void free() {
    // Nothing is held.
  }
}
