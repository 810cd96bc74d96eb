package ropewalk.bench.sockets;

import java.util.Locale;

/// What a peer answers.
///
/// @param messages that were accepted, and have come back where they do
/// @param nanos from the first message until the receiver has seen the end (one way) or the last
///   has come back; connections are made before
/// @param heap bytes allocated on the Java heap by all threads meanwhile
/// @param user bytes that the program copied on this side
/// @param kernel bytes that the kernel copied on this side
record Done(long messages, long nanos, long heap, long user, long kernel) {
  private static final String WORD = "sent";

  static Done parse(String line) {
    String[] words = line.split(" ", -1);
    if (!words[0].equals(WORD)) {
      throw new IllegalArgumentException(line);
    }
    return new Done(
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        Long.parseLong(words[5]));
  }

  String line() {
    return String.format(
        Locale.ROOT, "%s %d %d %d %d %d", WORD, messages, nanos, heap, user, kernel);
  }
}
