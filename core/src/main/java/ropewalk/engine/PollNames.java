package ropewalk.engine;

import java.util.StringJoiner;
import ropewalk.linux.Poll;

/// Poll events as errors show them: `POLLIN|POLLHUP`.
final class PollNames {
  private PollNames() {}

  static String of(int events) {
    StringJoiner names = new StringJoiner("|");
    int left = events;
    left = name(names, left, Poll.POLLIN, "POLLIN");
    left = name(names, left, Poll.POLLPRI, "POLLPRI");
    left = name(names, left, Poll.POLLOUT, "POLLOUT");
    left = name(names, left, Poll.POLLERR, "POLLERR");
    left = name(names, left, Poll.POLLHUP, "POLLHUP");
    left = name(names, left, Poll.POLLRDHUP, "POLLRDHUP");
    if (left != 0 || events == 0) {
      names.add("0x" + Integer.toHexString(left));
    }
    return names.toString();
  }

  private static int name(StringJoiner names, int events, int bit, String name) {
    if ((events & bit) != 0) {
      names.add(name);
    }
    return events & ~bit;
  }
}
