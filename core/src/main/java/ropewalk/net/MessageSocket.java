package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A socket whose sends are messages: each arrives whole, or not at all.
///
/// *Shared* as a [Socket] is. As a sink of pages it makes one message of each drain, of at most
/// [#messageBytes] bytes; as a source it brings one message with each fill, and ends with an empty
/// one. What the kernel has accepted may still be lost where the protocol promises nothing.
public abstract sealed class MessageSocket extends SocketFrame implements Source, Sink permits Udp {
  private final MessageOut outbound;
  private final MessageIn inbound;

  private volatile int messageBytes;

  /// Takes `fd`, a non-blocking socket of messages.
  ///
  /// @param messageBytes what a drain makes a message of
  MessageSocket(Engine engine, FolioPool pool, Fd fd, int messageBytes) {
    super(engine, pool, fd);
    this.messageBytes = messageBytes;
    this.outbound = new MessageOut(this);
    this.inbound = new MessageIn(this);
  }

  /// Sends all of `iter`, as one message to the peer it is connected to, and moves `iter` to its
  /// end. Pages may go by reference; memory of the caller is always copied before this returns.
  ///
  /// @param flags of [SendFlags]; all other bits are ignored
  /// @return `iter.count()`; 0, and nothing was sent, with [SendFlags#DONTWAIT] if there is no room
  ///   or somebody else is sending
  /// @throws MessageTooLongException if one message can't be so long; nothing has moved
  public long sendMessage(IovIter iter, int flags) throws IOException {
    int asked = SendFlags.atBorder(flags);
    if (!lockSending(asked)) {
      return 0;
    }
    try {
      checkOpen();
      return outbound.send(iter, null, asked);
    } finally {
      sending.unlock();
    }
  }

  /// Receives one message into `target`, a native segment of the caller's; parks until there is
  /// one.
  public Received receive(MemorySegment target) throws IOException {
    receiving.lock();
    try {
      checkOpen();
      return inbound.receive(target);
    } finally {
      receiving.unlock();
    }
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    receiving.lock();
    try {
      checkOpen();
      return inbound.fill(pipe, limit, tally);
    } finally {
      receiving.unlock();
    }
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    sending.lock();
    try {
      checkOpen();
      return outbound.drain(pipe, Math.min(limit, messageBytes), more, tally);
    } finally {
      sending.unlock();
    }
  }

  /// The most bytes that a drain makes one message of.
  public final int messageBytes() {
    return messageBytes;
  }

  /// Sets the most bytes that a drain makes one message of: 1 to [#messageMax].
  public final void messageBytes(int bytes) {
    if (bytes < 1 || bytes > messageMax()) {
      throw new IllegalArgumentException(
          "messageBytes must be 1 to " + messageMax() + ": " + bytes);
    }
    messageBytes = bytes;
  }

  /// The most bytes that a message can have, whatever the way there allows.
  public abstract int messageMax();

  /// Who is at the other end, as text for a log.
  public abstract String peer();

  @Override
  public void close() {
    super.close();
  }

  @Override
  public String wayIn() {
    return "receive";
  }

  @Override
  public String wayOut() {
    return "message";
  }

  @Override
  void closeSending() {
    outbound.close();
  }

  @Override
  void closeReceiving() {}
}
