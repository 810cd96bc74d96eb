package ropewalk.engine;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import ropewalk.linux.Fd;
import ropewalk.linux.Syscalls;

/// What both kinds of lanes share: who may come in, the tags, the guards of descriptors, and the
/// answers that wait to be taken. A lane adds how a request gets to the kernel and back.
///
/// ```
///   requests   [ DONE | ASKED | FREE | ASKED ]          by tag
///   done       [ 0 ]                                    tags in the order of their answers
///                ^ next() takes here
/// ```
///
/// Confined to its owner, all of it but what is final.
abstract class LaneFrame {
  /// What a ring may have at most; deeper queues than this have no disk.
  private static final int DEPTH_MAX = 32_768;

  final Syscalls syscalls;
  final LaneRequest[] requests;
  int inFlight;
  long calls;
  long fixed;
  long resubmitted;
  private final Gate gate;
  private final String whyNot;
  private final Thread owner = Thread.currentThread();
  private final int[] done;
  private int doneHead;
  private int doneCount;
  private int tag = -1;
  private int result;
  private long asked;
  private long answered;
  private int most;
  private boolean isClosed;

  LaneFrame(Syscalls syscalls, Gate gate, String whyNot, int depth) {
    this.syscalls = syscalls;
    this.gate = gate;
    this.whyNot = whyNot;
    this.requests = new LaneRequest[depth];
    for (int i = 0; i < depth; i++) {
      requests[i] = new LaneRequest(i);
    }
    this.done = new int[depth];
  }

  /// See [Lane#open].
  static Lane open(Engine engine, int depth) throws IOException {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException(
          "a lane belongs to a platform thread, and this is " + Thread.currentThread());
    }
    if (depth < 1 || depth > DEPTH_MAX) {
      throw new IllegalArgumentException(
          "a lane has between 1 and " + DEPTH_MAX + " requests: depth=" + depth);
    }
    Gate gate = ((EngineFrame) engine).gate;
    if (gate.isShut()) {
      throw new ClosedChannelException();
    }
    String whyNot;
    switch (engine) {
      case RingEngine ring -> {
        try {
          return RingLane.open(ring.syscalls(), gate, depth);
        } catch (IOException e) {
          whyNot = String.valueOf(e.getMessage());
        }
      }
      case EpollEngine epoll ->
          whyNot = epoll.whyNot().isEmpty() ? "the engine is " + epoll.name() : epoll.whyNot();
    }
    return new PlainLane(engine.syscalls(), gate, whyNot, depth);
  }

  /// Prepares `request`, which is filled and its descriptor entered.
  abstract void prepare(LaneRequest request) throws IOException;

  /// Waits until `atLeast` answers are there; see [Lane#await].
  abstract void awaitAnswers(int atLeast, long deadlineNanos) throws IOException;

  /// Looks, without a call, whether there are more answers.
  abstract void look() throws IOException;

  /// Asks for the end of `request`, which is not answered.
  abstract void withdraw(LaneRequest request) throws IOException;

  /// Frees what the lane holds; nothing is in flight.
  abstract void free();

  long registeredBytes() {
    return 0;
  }

  public final String whyNot() {
    return whyNot;
  }

  public final int depth() {
    return requests.length;
  }

  public final int inFlight() {
    checkOwner();
    return inFlight;
  }

  public final void read(int tag, Fd fd, long address, int length, long offset) throws IOException {
    ask(FileCall.READ, tag, fd, address, length, offset);
  }

  public final void write(int tag, Fd fd, long address, int length, long offset)
      throws IOException {
    ask(FileCall.WRITE, tag, fd, address, length, offset);
  }

  public final void readv(int tag, Fd fd, long iov, int count, long offset) throws IOException {
    ask(FileCall.READV, tag, fd, iov, count, offset);
  }

  public final void writev(int tag, Fd fd, long iov, int count, long offset) throws IOException {
    ask(FileCall.WRITEV, tag, fd, iov, count, offset);
  }

  public final void fsync(int tag, Fd fd, boolean dataOnly) throws IOException {
    ask(dataOnly ? FileCall.FDATASYNC : FileCall.FSYNC, tag, fd, 0, 0, 0);
  }

  private void ask(FileCall call, int tag, Fd fd, long memory, int length, long offset)
      throws IOException {
    LaneRequest request = request(tag);
    if (request.state != LaneRequest.FREE) {
      throw new IllegalStateException(
          call.call + ": the tag has a request that is not answered or not taken: tag=" + tag);
    }
    call.check(length, offset);
    if (gate.isShut()) {
      throw new ClosedChannelException();
    }
    request.ask(call, fd.enter(), memory, length, offset, false);
    request.fd = fd;
    boolean isPrepared = false;
    try {
      prepare(request);
      isPrepared = true;
    } finally {
      if (!isPrepared) {
        request.fd = null;
        fd.exit();
      }
    }
    request.state = LaneRequest.ASKED;
    asked++;
    inFlight++;
    most = Math.max(most, inFlight);
  }

  public final void cancel(int tag) throws IOException {
    LaneRequest request = request(tag);
    if (request.state == LaneRequest.ASKED) {
      request.isCancelled = true;
      withdraw(request);
    }
  }

  public final int await(int atLeast, long deadlineNanos) throws IOException {
    checkOpen();
    awaitAnswers(Math.min(atLeast, inFlight), deadlineNanos);
    return doneCount;
  }

  public final boolean next() throws IOException {
    checkOpen();
    if (doneCount == 0) {
      look();
      if (doneCount == 0) {
        return false;
      }
    }
    take();
    return true;
  }

  private void take() {
    LaneRequest request = requests[done[doneHead]];
    doneHead = doneHead + 1 == done.length ? 0 : doneHead + 1;
    doneCount--;
    inFlight--;
    tag = request.tag;
    result = request.result;
    request.state = LaneRequest.FREE;
    request.isCancelled = false;
    Fd fd = request.fd;
    request.fd = null;
    if (fd != null) {
      fd.exit();
    }
  }

  public final int tag() {
    checkOwner();
    return tag;
  }

  public final int result() {
    checkOwner();
    return result;
  }

  public final LaneStats stats() {
    checkOwner();
    return new LaneStats(asked, answered, calls, fixed, resubmitted, most, registeredBytes());
  }

  public final void close() {
    checkOwner();
    if (isClosed) {
      return;
    }
    try {
      for (LaneRequest request : requests) {
        if (request.state == LaneRequest.ASKED) {
          cancel(request.tag);
        }
      }
      while (inFlight > 0) {
        awaitAnswers(inFlight, Engine.FOREVER);
        take();
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "the lane can't be closed, the kernel may hold " + inFlight + " requests", e);
    }
    isClosed = true;
    free();
  }

  /// Takes in the kernel's answer to `request`, for [#next].
  final void answer(LaneRequest request, int answer) {
    request.result = answer;
    request.state = LaneRequest.DONE;
    int end = doneHead + doneCount;
    done[end >= done.length ? end - done.length : end] = request.tag;
    doneCount++;
    answered++;
  }

  /// Answers that can be taken.
  final int answers() {
    return doneCount;
  }

  private LaneRequest request(int tag) {
    checkOpen();
    if (tag < 0 || tag >= requests.length) {
      throw new IllegalArgumentException("no such tag: tag=" + tag + ", depth=" + requests.length);
    }
    return requests[tag];
  }

  final void checkOpen() {
    checkOwner();
    if (isClosed) {
      throw new IllegalStateException("the lane is closed");
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very thread
  final void checkOwner() {
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException(
          "the lane belongs to " + owner + ", and this is " + Thread.currentThread());
    }
  }
}
