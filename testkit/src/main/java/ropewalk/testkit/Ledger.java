package ropewalk.testkit;

import java.lang.foreign.MemorySegment;

/// The book of one stream of bytes: what was accepted at its start, what came out at its end. Keeps
/// invariant 8 for a test: no byte is reported twice and none is lost.
///
/// The writer asks [#next] for the bytes to offer and books with [#accepted] what was taken of
/// them; a short count means that the rest is offered again. The reader books every arrival with
/// [#arrived], which checks that these are the very next bytes. [#settle] compares both columns.
///
/// Shared between the two threads at a stream's ends: each column has one writer.
public final class Ledger {
  private final String stream;
  private final long start;
  private volatile long accepted;
  private volatile long arrived;

  /// An empty book for a stream of this name.
  public Ledger(String stream) {
    this(stream, 0);
  }

  /// An empty book whose bytes are the pattern from `start` on.
  public Ledger(String stream, long start) {
    this.stream = stream;
    this.start = start;
  }

  /// Fills `target` with the bytes to be offered next.
  public void next(MemorySegment target) {
    Pattern.fill(target, start + accepted);
  }

  /// Books `count` more bytes as taken from the writer.
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer per column
  public void accepted(long count) {
    if (count < 0) {
      throw new AssertionError(stream + " accepted a negative count: " + count);
    }
    accepted += count;
  }

  /// Books `bytes` as handed to the reader; fails unless they are the next ones.
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer per column
  public void arrived(MemorySegment bytes) {
    try {
      Pattern.verify(bytes, start + arrived);
    } catch (AssertionError wrong) {
      throw new AssertionError(
          stream + " after " + arrived + " bytes in order: " + wrong.getMessage(), wrong);
    }
    arrived += bytes.byteSize();
  }

  /// How many bytes the stream has taken.
  public long accepted() {
    return accepted;
  }

  /// How many bytes have come out.
  public long arrived() {
    return arrived;
  }

  /// Fails unless all that was accepted has arrived, and no more.
  public void settle() {
    if (accepted != arrived) {
      throw new AssertionError(
          stream + " does not balance: accepted " + accepted + ", arrived " + arrived);
    }
  }
}
