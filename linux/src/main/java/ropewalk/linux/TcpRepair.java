package ropewalk.linux;

/// Words for taking a TCP connection apart and asking it for its sequence numbers
/// (`setsockopt(SOL_TCP, TCP_REPAIR, ...)`). Needs CAP_NET_ADMIN; the tests that acknowledge by
/// hand in a namespace of their own use them, the library does not.
public final class TcpRepair {
  private TcpRepair() {}

  /// Puts the socket under repair ([#TCP_REPAIR_ON]) or ends it: nothing is sent meanwhile, a close
  /// says nothing to the peer.
  public static final int TCP_REPAIR = 19;

  /// Which queue [#TCP_QUEUE_SEQ] is about.
  public static final int TCP_REPAIR_QUEUE = 20;

  /// The sequence number behind the last byte of the queue; can be set only on a closed socket.
  public static final int TCP_QUEUE_SEQ = 21;

  /// The options agreed when the connection was made.
  public static final int TCP_REPAIR_OPTIONS = 22;

  /// The clock of the connection's time stamps.
  public static final int TCP_TIMESTAMP = 24;

  /// The windows: struct tcp_repair_window, five ints.
  public static final int TCP_REPAIR_WINDOW = 29;

  /// Under repair.
  public static final int TCP_REPAIR_ON = 1;

  /// Back to work, with a probe of the peer's window.
  public static final int TCP_REPAIR_OFF = 0;

  /// Back to work, in silence.
  public static final int TCP_REPAIR_OFF_NO_WP = -1;

  /// No queue.
  public static final int TCP_NO_QUEUE = 0;

  /// What came.
  public static final int TCP_RECV_QUEUE = 1;

  /// What goes.
  public static final int TCP_SEND_QUEUE = 2;
}
