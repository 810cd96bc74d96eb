package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.Fd;

/// A queue of calls on files that one platform thread has for itself: it prepares many, hands them
/// over with one system call, and waits for the answers with the same one.
///
/// ```
///   read(0, ..)  read(1, ..)  write(2, ..)        the owner's thread, nothing is called yet
///        |            |            |
///        +------------+------------+---> await(1, deadline)      one call: hand over and wait
///                                              |
///              next() <------------------------+
///                tag() == 1, result() == 4096     answers come in any order
/// ```
///
/// Two kinds, one suite: over io_uring a ring that nobody else submits to, so no lock is taken and
/// the kernel works off completions in the owner's own call; elsewhere plain calls, made one after
/// another when they are handed over. The shared [Engine] is for the many threads that wait, a lane
/// for the one that keeps a disk busy.
///
/// ## Tags
///
/// A request bears a number of its owner's choice, `0 .. depth-1`, and has it for itself until its
/// answer was taken by [#next]. So a lane never has more than `depth` requests, and an owner finds
/// what belongs to an answer in arrays of its own.
///
/// ## What is lent
///
/// | what | until |
/// |---|---|
/// | the memory of a request (the pool's alone, rule 10), and its iovec array | its answer is taken |
/// | its descriptor: [Fd#close] waits with close(2) | its answer is taken |
/// | [registered][#register] memory | the registration is closed **and** the last request that uses it is answered |
///
/// ## Answers
///
/// Zero or more, or `-errno`. A short count is an answer. EINTR is not: the request is asked again,
/// as is one that the kernel gave up without being told to. EAGAIN, which a file that is marked
/// O_NONBLOCK may say, makes the lane do the call plainly, on the owner's thread. -ECANCELED comes
/// after [#cancel] alone.
///
/// ## Ends
///
/// [Fd#close] forbids new requests and lets those in flight end by themselves, which disks do; so
/// does the engine's close. Interrupts end nothing, the status is kept. [#close] takes back what it
/// can and waits for the rest. A thread that ends without closing its lane leaks it: nobody else
/// may.
///
/// Not thread-safe: every method but [#whyNot] and [#depth] is for the thread that opened the lane,
/// and refuses others with [IllegalStateException].
public sealed interface Lane extends AutoCloseable permits RingLane, PlainLane {

  /// Opens a lane for the current thread, which must be a platform thread, of the kind of `engine`:
  /// over io_uring if the engine is and the kernel grants another ring, else over plain calls. The
  /// caller owns it, and closes it on the same thread.
  ///
  /// @param depth the most requests at a time, at least 1
  static Lane open(Engine engine, int depth) throws IOException {
    return LaneFrame.open(engine, depth);
  }

  /// `io_uring` or `plain`.
  String name();

  /// Why this lane is not over io_uring, in a sentence; empty if it is.
  String whyNot();

  /// The most requests at a time.
  int depth();

  /// Requests whose answers were not taken yet, prepared ones included.
  int inFlight();

  /// Prepares a read of `length` bytes at `offset` of the file into the memory at `address`.
  void read(int tag, Fd fd, long address, int length, long offset) throws IOException;

  /// Prepares a write; else as [#read].
  void write(int tag, Fd fd, long address, int length, long offset) throws IOException;

  /// Prepares a read into the `count` pieces of memory that the iovec array at `iov` describes.
  void readv(int tag, Fd fd, long iov, int count, long offset) throws IOException;

  /// Prepares a write of the `count` pieces of memory that the iovec array at `iov` describes.
  void writev(int tag, Fd fd, long iov, int count, long offset) throws IOException;

  /// Prepares fsync(2), or fdatasync(2) if `dataOnly`. It is not ordered behind the writes of this
  /// lane: who wants that takes their answers first.
  void fsync(int tag, Fd fd, boolean dataOnly) throws IOException;

  /// Asks for the end of a request. Not an answer: that one comes by itself, -ECANCELED or a result
  /// if it was too late. Does nothing if the tag has no request.
  void cancel(int tag) throws IOException;

  /// Hands over what was prepared and waits for nothing: how many were handed over.
  int submit() throws IOException;

  /// Hands over what was prepared and waits until `atLeast` answers can be taken (or as many as
  /// there are requests, if these are fewer), or until the deadline: how many can be taken by
  /// [#next]. With `atLeast` 0 it looks and does not wait.
  ///
  /// @param deadlineNanos in terms of [System#nanoTime], see [Engine#in], or [Engine#FOREVER]
  int await(int atLeast, long deadlineNanos) throws IOException;

  /// Takes one answer, for [#tag] and [#result] to tell; false if none is there. Makes no call and
  /// allocates nothing.
  boolean next() throws IOException;

  /// Whose answer was taken last.
  int tag();

  /// What the kernel said: zero or more, or `-errno`.
  int result();

  /// Makes memory known to this lane's ring in advance, as [Engine#register]: requests of one range
  /// inside of it then need no look-up of their pages. The memory is *lent* until the registration
  /// or the lane is closed and the last request that uses it is answered. It may be closed by any
  /// thread; the ring lets go at the owner's next call.
  Registration register(long address, long bytes) throws IOException;

  /// Makes a file known to this lane's ring in advance, so that requests on it are cheaper; false
  /// if that can't be had, which changes nothing else. Ends when the file or the lane is closed.
  boolean register(Fd fd) throws IOException;

  /// What has been done so far.
  LaneStats stats();

  /// Cancels what is in flight, waits for every answer, and frees the lane: afterwards the kernel
  /// has nothing of it. Idempotent.
  @Override
  void close();
}
