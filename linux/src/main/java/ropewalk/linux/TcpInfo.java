package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// What a TCP connection knows of itself: the fields of `struct tcp_info` that we read, by
/// `getsockopt(TCP_INFO)`. Progress figures, never a release of pages.
///
/// ```
///   0       4         16      24       68       120           128              160       200
///   +-----+-...-+-----------+--...-+--------+...+-------------+----------------+---...--+-----------+
///   |state|     |  send mss |unack.|   rtt  |   | bytes acked | bytes received |not sent| bytes sent|
///   +-----+-...-+-----------+--...-+--------+...+-------------+----------------+---...--+-----------+
/// ```
///
/// An older kernel fills less and says so in the length that it answers; the caller zeroes the
/// block before it asks. Counts of bytes begin at the connection; an acknowledged SYN is not
/// counted in `bytes_acked` of the side that connected, and is one byte of it on some kernels.
public final class TcpInfo {
  /// Bytes up to the last field that we read.
  public static final int SIZE = 232;

  /// Offset of the state (8 bits).
  public static final int STATE = 0;

  /// Offset of the bytes of the longest segment to send (32 bits).
  public static final int SND_MSS = 16;

  /// Offset of the segments sent and not acknowledged (32 bits).
  public static final int UNACKED = 24;

  /// Offset of the microseconds of a round trip, smoothed (32 bits).
  public static final int RTT = 68;

  /// Offset of the segments ever sent again (32 bits).
  public static final int TOTAL_RETRANS = 100;

  /// Offset of the bytes that the peer has acknowledged (64 bits).
  public static final int BYTES_ACKED = 120;

  /// Offset of the bytes received (64 bits).
  public static final int BYTES_RECEIVED = 128;

  /// Offset of the bytes that wait to be sent for the first time (32 bits).
  public static final int NOTSENT_BYTES = 144;

  /// Offset of the bytes sent, those sent again included (64 bits).
  public static final int BYTES_SENT = 200;

  /// Offset of the bytes sent again (64 bits).
  public static final int BYTES_RETRANS = 208;

  /// Offset of the window that the peer offers, in bytes (32 bits). Since 6.2.
  public static final int SND_WND = 228;

  /// State: both directions open.
  public static final int TCP_ESTABLISHED = 1;

  /// State: we have closed, the peer has not acknowledged it.
  public static final int TCP_FIN_WAIT1 = 4;

  /// State: nothing is left.
  public static final int TCP_CLOSE = 7;

  /// State: the peer has closed, we have not.
  public static final int TCP_CLOSE_WAIT = 8;

  /// State: a listener.
  public static final int TCP_LISTEN = 10;

  private TcpInfo() {}

  /// The state: `TCP_ESTABLISHED` and its kin.
  public static int state(long info) {
    return Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, info + STATE));
  }

  /// Bytes that the peer has acknowledged.
  public static long bytesAcked(long info) {
    return Memory.ALL.get(JAVA_LONG, info + BYTES_ACKED);
  }

  /// Bytes received.
  public static long bytesReceived(long info) {
    return Memory.ALL.get(JAVA_LONG, info + BYTES_RECEIVED);
  }

  /// Bytes sent, those sent again included.
  public static long bytesSent(long info) {
    return Memory.ALL.get(JAVA_LONG, info + BYTES_SENT);
  }

  /// Bytes sent again.
  public static long bytesRetransmitted(long info) {
    return Memory.ALL.get(JAVA_LONG, info + BYTES_RETRANS);
  }

  /// Bytes that wait to be sent for the first time.
  public static int notSent(long info) {
    return Memory.ALL.get(JAVA_INT, info + NOTSENT_BYTES);
  }

  /// Bytes of the longest segment to send.
  public static int sendMss(long info) {
    return Memory.ALL.get(JAVA_INT, info + SND_MSS);
  }

  /// Microseconds of a round trip, smoothed.
  public static int rttMicros(long info) {
    return Memory.ALL.get(JAVA_INT, info + RTT);
  }
}
