package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
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
/// ```
///            sendMessage(a, MORE)   sendMessage(b, MORE)   sendMessage(c)
///                  │                      │                     │
///                  └── collected here ────┴──► | a | b | c | ◄──┘   one message
/// ```
///
/// *Shared* as a [Socket] is. As a sink of pages it makes one message of each drain, of at most
/// [#messageBytes] bytes; as a source it brings one message with each fill, and ends with an empty
/// one (a [SeqPacket] with its peer). What the kernel has accepted may still be lost where the
/// protocol promises nothing.
///
/// It shows no end to the kernel's routes: a splice into it would cut messages wherever a pipe's
/// slots happen to end. Everything goes through pages, with the same bytes.
public abstract sealed class MessageSocket extends SocketFrame implements Source, Sink
    permits Udp, UnixDatagram, SeqPacket, OtherSocket {
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
  /// With [SendFlags#MORE] it is collected instead: it goes in front of what the next send without
  /// MORE brings, or of [#finish]. A message that could not be sent stays collected.
  ///
  /// An `iter` of no bytes, with nothing collected, is an empty message, as [#sendEmpty] sends it.
  ///
  /// @param flags of [SendFlags]; all other bits are ignored
  /// @return `iter.count()`; 0, and nothing was sent, with [SendFlags#DONTWAIT] if there is no room
  ///   or somebody else is sending
  /// @throws MessageTooLongException if one message can't be so long; nothing has moved
  public long sendMessage(IovIter iter, int flags) throws IOException {
    return send(iter, null, flags);
  }

  /// As [#sendMessage(IovIter, int)], to `to`; what was collected before goes there too.
  public long sendMessage(IovIter iter, int flags, SocketName to) throws IOException {
    return send(iter, to, flags);
  }

  private long send(IovIter iter, @Nullable SocketName to, int flags) throws IOException {
    int asked = SendFlags.atBorder(flags);
    if (!lockSending(asked)) {
      return 0;
    }
    try {
      checkOpen();
      return outbound.send(iter, to, asked);
    } finally {
      sending.unlock();
    }
  }

  /// Sends a message of no bytes: by custom the end of a sequence of datagrams. Parks for room.
  public void sendEmpty() throws IOException {
    sendEmptyTo(null);
  }

  /// The same, to `to`.
  public void sendEmpty(SocketName to) throws IOException {
    sendEmptyTo(to);
  }

  private void sendEmptyTo(@Nullable SocketName to) throws IOException {
    sending.lock();
    try {
      checkOpen();
      demandEmptiesPass();
      outbound.sendEmpty(to);
    } finally {
      sending.unlock();
    }
  }

  /// Sends what was collected with MORE, if anything was.
  @Override
  public void finish() throws IOException {
    sending.lock();
    try {
      checkOpen();
      outbound.finish();
    } finally {
      sending.unlock();
    }
  }

  /// Forgets what was collected with MORE, and answers how many bytes that were.
  public int discard() throws IOException {
    sending.lock();
    try {
      checkOpen();
      return outbound.discard();
    } finally {
      sending.unlock();
    }
  }

  /// Receives one message into `target`, a native segment of the caller's; parks until there is
  /// one. What `target` has no room for is gone, and [Received#size] tells how much it was.
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
      return drainLocked(pipe, limit, more, tally);
    } finally {
      sending.unlock();
    }
  }

  /// Drains under the send lock: one message.
  long drainLocked(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    return outbound.drain(pipe, Math.min(limit, messageBytes), more, tally);
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

  /// Bytes that were copied in user space on their way in and out: what was collected, the caller's
  /// memory, and messages out of joined receives.
  public final long copied() {
    return outbound.copied() + inbound.copied();
  }

  /// The most bytes that a message can have, whatever the way there allows; `Integer.MAX_VALUE`
  /// where only the kernel knows.
  public abstract int messageMax();

  /// Who is at the other end, as text for a log.
  public abstract String peer();

  /// The sending half; under the send lock.
  final MessageOut outbound() {
    return outbound;
  }

  /// Whether it has one peer, whose name need not be asked for with every message.
  abstract boolean isConnected();

  /// Whether the kernel may join messages on their way in and say where (UDP_GRO).
  boolean isJoining() {
    return false;
  }

  /// Whether it is a stream of bytes after all: sends may be short, and messages have no borders.
  boolean isStream() {
    return false;
  }

  /// Whether a receive of nothing, just now, was the end, and not an empty message.
  boolean isEnd() throws IOException {
    return false;
  }

  /// Whether a source ends with an empty message.
  boolean endsWithEmpty() {
    return true;
  }

  /// Throws where an empty message would be taken for something else.
  void demandEmptiesPass() {}

  /// Parks until there may be room to send to `to`, null for the peer; `begunNanos` is when the
  /// send began.
  void awaitRoomFor(@Nullable SocketName to, long begunNanos) throws IOException {
    awaitRoom();
  }

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
  void closeReceiving() {
    inbound.close();
  }
}
