package ropewalk.engine;

import java.nio.channels.ClosedChannelException;
import ropewalk.linux.Fd;
import ropewalk.linux.uring.BufRing;

/// Buffers that wait for whatever arrives first: provided to a ring once, and picked by the kernel
/// when bytes have come. So a thousand [receptions][Reception] that wait hold none.
///
/// ```
///   owner     put(3, address, 4096) ----.                             take(3), put(3, other, ...)
///   kernel                              v                                    ^
///             [ 3 ][ 4 ][ 5 ] ... --bytes of some socket--> picks 3 --> Reception.poll(): 3
/// ```
///
/// A buffer is *lent* from [#put] until a reception's [Reception#poll] names it, or until [#close].
/// Which memory is behind a number is the owner's to know.
///
/// Thread-safe. The queue of buffers is guarded by this object; `lengths` and `nexts` by the lock
/// of the reception that has the buffer.
public final class Tray implements AutoCloseable {
  private final RingEngine engine;
  private final BufRing buffers;
  private final Gate gate = new Gate();

  /// Bytes that arrived in a buffer.
  final int[] lengths;

  /// The buffer that arrived behind it at the same reception.
  final int[] nexts;

  Tray(RingEngine engine, BufRing buffers) {
    this.engine = engine;
    this.buffers = buffers;
    this.lengths = new int[buffers.entries()];
    this.nexts = new int[buffers.entries()];
  }

  /// How many buffers it has; they are numbered from 0.
  public int size() {
    return buffers.entries();
  }

  int group() {
    return buffers.group();
  }

  /// Lends buffer `id` to the kernel. It must not be there already.
  public synchronized void put(int id, long address, int length) {
    buffers.add(address, length, id);
    buffers.publish();
  }

  /// A way to receive from `fd`, a stream socket, into this tray; the caller owns it. Nothing is
  /// asked yet.
  public Reception reception(Fd fd) {
    return new Reception(engine, this, fd);
  }

  /// Goes in for as long as a reception is armed.
  void enter() throws ClosedChannelException {
    if (!gate.enter()) {
      throw new ClosedChannelException();
    }
  }

  void exit() {
    gate.exit();
  }

  /// Takes all buffers back; waits for receptions that are armed, which who owns them pauses. What
  /// arrived and was not polled stays in them. Idempotent; before the engine is closed.
  @Override
  public void close() {
    if (gate.shut()) {
      gate.awaitEmpty();
      boolean isOpen = engine.gate.enter();
      try {
        buffers.unregister(isOpen);
      } finally {
        if (isOpen) {
          engine.gate.exit();
        }
      }
    }
  }
}
