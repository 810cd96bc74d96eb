package ropewalk.bench.sockets;

import java.io.IOException;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Sockets;

/// The plain send: the kernel copies.
final class CrossCopy extends CrossWay {
  private long sends;

  CrossCopy() throws LinuxException {}

  @Override
  void sendOne(int number, long address, int length) throws IOException {
    for (int done = 0; done < length; ) {
      done +=
          (int)
              LinuxException.check(
                  host.send(number, address + done, length - done, Sockets.MSG_NOSIGNAL),
                  "send",
                  "length",
                  length - done);
    }
    sends++;
  }

  @Override
  long settle(int number) {
    long all = sends;
    sends = 0;
    return all;
  }
}
