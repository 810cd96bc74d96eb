package ropewalk.bench.sockets;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Msghdr;
import ropewalk.linux.PollFd;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;

/// MSG_ZEROCOPY. Completions are read when sixteen are out, several at a time as the kernel joins
/// them, and when it has no room for more.
final class CrossZerocopy extends CrossWay {
  private static final int OUT_MAX = 16;
  private static final int ROOM = 256;

  // Offsets in struct sock_extended_err.
  private static final int EE_ORIGIN = 4;
  private static final int EE_CODE = 6;
  private static final int EE_INFO = 8;
  private static final int EE_DATA = 12;

  private final Scratch room = new Scratch(Msghdr.SIZE + ROOM);
  private final Scratch poll = new Scratch(PollFd.SIZE);
  private long out;
  private long copied;

  CrossZerocopy() throws LinuxException {}

  @Override
  void prepare(Fd fd) throws LinuxException {
    option(fd, Sockets.SOL_SOCKET, Sockets.SO_ZEROCOPY, 1);
  }

  @Override
  void sendOne(int number, long address, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int flags = Sockets.MSG_NOSIGNAL | Sockets.MSG_ZEROCOPY;
      long sent = host.send(number, address + done, length - done, flags);
      if (sent == -Errno.ENOBUFS) {
        take(number, true);
      } else {
        done += (int) LinuxException.check(sent, "send", "length", length - done);
        out++;
      }
    }
    if (out >= OUT_MAX) {
      take(number, false);
    }
  }

  @Override
  long settle(int number) throws IOException {
    while (out > 0) {
      take(number, true);
    }
    long all = copied;
    copied = 0;
    return all;
  }

  /// Takes what is there, and if it must, waits until something is.
  private void take(int number, boolean mustWait) throws IOException {
    long before = out;
    takeReady(number);
    if (mustWait && out == before) {
      PollFd.set(poll.address(), 0, number, 0); // errors are reported, asked or not
      LinuxException.check(host.poll(poll.address(), 1, 5000), "poll", "out", out);
      takeReady(number);
      if (out == before) {
        throw new IOException("no completion came: " + out + " are out");
      }
    }
  }

  private void takeReady(int number) throws IOException {
    long control = room.address() + Msghdr.SIZE;
    MemorySegment error = room.segment().asSlice(Msghdr.SIZE + Msghdr.CMSG_HEADER);
    while (out > 0) {
      Msghdr.set(room.address(), 0, 0, 0, 0, control, ROOM);
      long got = host.recvmsg(number, room.address(), Sockets.MSG_ERRQUEUE | Sockets.MSG_DONTWAIT);
      if (got == -Errno.EAGAIN) {
        return;
      }
      LinuxException.check(got, "recvmsg", "flags", "MSG_ERRQUEUE");
      if (error.get(JAVA_BYTE, EE_ORIGIN) != Sockets.SO_EE_ORIGIN_ZEROCOPY) {
        throw new IOException("another error in the queue");
      }
      int count = error.get(JAVA_INT, EE_DATA) - error.get(JAVA_INT, EE_INFO) + 1;
      out -= count;
      if (error.get(JAVA_BYTE, EE_CODE) == Sockets.SO_EE_CODE_ZEROCOPY_COPIED) {
        copied += count;
      }
    }
  }

  @Override
  public void close() {
    super.close();
    room.close();
    poll.close();
  }
}
