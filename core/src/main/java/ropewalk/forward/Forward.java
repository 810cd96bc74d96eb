package ropewalk.forward;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.net.Socket;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;

/// Sends a part of what somebody else holds, by reference, in order, and leaves all of it there:
/// the kernel's `skb_send_sock`.
///
/// ```
///   fragments   | a | b       | c         | d |          a list, or the front of a pipe
///                     |offset |<- length ->|
///                             ^ position: what sockets have accepted of it so far
/// ```
///
/// The fragments are *lent*: they stay the holder's, with their provenance and charge, and can be
/// sent again, elsewhere or in other parts. Those of a pipe are in hand until [#close], so that
/// nobody drains them meanwhile; then they are in front of the pipe as they were.
///
/// A send that is short or fails leaves [#position] at what was accepted, and the next one goes on
/// there. One thread at a time.
public final class Forward implements AutoCloseable {
  private final IovIter iter;
  private final long length;
  private final @Nullable Hold hold;

  private Forward(IovIter iter, long offset, long length, @Nullable Hold hold) {
    if (offset < 0 || length < 0 || offset > iter.count() - length) {
      throw new IllegalArgumentException(
          "forward(offset=%d, length=%d) of %d bytes".formatted(offset, length, iter.count()));
    }
    iter.advance(offset);
    iter.truncate(length);
    this.iter = iter;
    this.length = length;
    this.hold = hold;
  }

  /// `length` bytes of `fragments`, from `offset` on. *Lent* until it is closed.
  public static Forward of(List<PageRef> fragments, long offset, long length) {
    return new Forward(IovIter.source(fragments), offset, length, null);
  }

  /// `length` bytes of what waits in `pipe`, from `offset` on. Nobody else may have the front of
  /// the pipe in hand.
  public static Forward of(Pipe pipe, long offset, long length) {
    Hold hold = new Hold(pipe.slots());
    try {
      var _ = hold.take(pipe, Long.MAX_VALUE);
      return new Forward(PipeSourceIter.of(hold.pipe().slotRing()), offset, length, hold);
    } catch (RuntimeException e) {
      hold.close();
      throw e;
    }
  }

  /// How many bytes sockets have accepted.
  public long position() {
    return length - iter.count();
  }

  /// How many bytes are still to be sent.
  public long left() {
    return iter.count();
  }

  /// Sends what `socket` takes at once; parks before the first byte.
  ///
  /// @param flags of [ropewalk.net.SendFlags]: MORE if more follows what is forwarded here
  /// @return 1 to [#left] bytes; 0 only if nothing is left, or with DONTWAIT if there is no room
  public long send(Socket socket, int flags) throws IOException {
    return socket.sendMessage(iter, flags);
  }

  /// Sends all that is left, and parks whenever there is no room; with DONTWAIT what goes without.
  /// Answers how much went; [#position] says so too if it throws.
  public long sendAll(Socket socket, int flags) throws IOException {
    long before = iter.count();
    while (iter.count() > 0 && send(socket, flags) > 0) {
      // the rest
    }
    return before - iter.count();
  }

  /// Puts back what was in hand.
  @Override
  public void close() {
    if (hold != null) {
      hold.close();
    }
  }

  @Override
  public String toString() {
    return "forward of %d bytes, %d accepted".formatted(length, position());
  }
}
