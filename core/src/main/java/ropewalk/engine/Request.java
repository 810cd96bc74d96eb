package ropewalk.engine;

import org.jspecify.annotations.Nullable;
import ropewalk.linux.uring.Sqe;

/// One request to the ring: what is asked, by whom, and under which number. Kept by [Requests] and
/// used again.
///
/// ```
///   user_data   63            32 31             0
///              +----------------+----------------+
///              |   generation   |     index      |
///              +----------------+----------------+
/// ```
///
/// The generation changes with every submission, so that an answer to an earlier one could never be
/// taken for this one's.
///
/// What is asked is written by the asker before it submits under the ring's lock, and stays until
/// the answer: it may have to be asked again. What the ring adds (`generation`, `inFlight`, `next`
/// and what is said of sends) is guarded by its lock.
final class Request extends FileRequest {
  /// What kind of question it is.
  private enum Kind {
    READINESS,
    FILE,
    SEND,
    RECEIVE
  }

  final int index;
  final Waiter waiter;
  int generation;

  /// Whether an answer is still to come; of several, the last.
  boolean inFlight;

  @Nullable Request next;

  /// What is used of the ring's memory until the answer; null if nothing is.
  @Nullable Registration known;

  /// Who is told of the answer; null if a thread waits for it.
  @Nullable Flight flight;

  /// Of a send: who is told that the pages are back; null for all others.
  @Nullable SendLanding landing;

  /// Who hears all answers of a receive that has many; null for all others.
  @Nullable Reception reception;

  /// Of a send: its result is there. A second one is nobody's.
  boolean isAnswered;

  /// Of a send: its starter has gone on, and the last answer goes to the landing.
  boolean isParted;

  /// Of a send: its starter waits for the last answer.
  boolean isAwaited;

  /// Of a send: the kernel copied, as the last answer says.
  boolean isCopied;

  private Kind kind = Kind.READINESS;

  /// Events that are asked for, the flags of a send, or the group of buffers to receive into.
  private int flags;

  Request(int index, Gate gate) {
    this.index = index;
    this.waiter = new Waiter(gate);
  }

  /// Asks for readiness of `number` for one of `events`.
  void askReadiness(int number, int events) {
    this.kind = Kind.READINESS;
    this.number = number;
    this.flags = events;
  }

  /// Asks for a call on a file.
  void askCall(FileCall call, int number, long memory, long length, long offset, boolean isFixed) {
    this.kind = Kind.FILE;
    ask(call, number, memory, length, offset, isFixed);
  }

  /// Asks for a send of the message whose header is at `message`, without a copy.
  void askSend(int number, long message, int flags, SendLanding landing) {
    this.kind = Kind.SEND;
    this.number = number;
    this.memory = message;
    this.flags = flags;
    this.landing = landing;
  }

  /// Asks for all that arrives at `number`, into the buffers of `group`.
  void askReceive(int number, int group, Reception reception) {
    this.kind = Kind.RECEIVE;
    this.number = number;
    this.flags = group;
    this.reception = reception;
  }

  long userData() {
    return (long) generation << 32 | index;
  }

  /// Under the ring's lock: it is about to be handed over (again).
  void begin() {
    waiter.ask();
    generation++;
    inFlight = true;
    isAnswered = false;
    isParted = false;
    isAwaited = false;
    isCopied = false;
  }

  /// Writes what is asked into the entry at `sqe`.
  void fill(long sqe) {
    switch (kind) {
      case READINESS -> Sqe.pollAdd(sqe, number, flags, userData());
      case FILE -> fillFile(sqe, userData());
      case SEND ->
          Sqe.sendmsgZc(sqe, number, memory, flags, Sqe.IORING_SEND_ZC_REPORT_USAGE, userData());
      case RECEIVE -> Sqe.recvMultishot(sqe, number, flags, 0, userData());
    }
  }
}
