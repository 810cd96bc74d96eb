package ropewalk.net;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The families of sockets that peers and tests know by these names, and how long a message may be.
enum Family {
  TCP4("tcp4", 300_000),
  TCP6("tcp6", 300_000),
  UNIX("unix", 300_000),
  UDP4("udp4", Udp.MESSAGE_MAX),
  UDP6("udp6", Udp.MESSAGE_MAX_6),
  UNIX_DATAGRAM("unixgram", 150_000),
  SEQPACKET("seqpacket", 150_000);

  /// As `peer.c` calls it.
  final String word;

  /// The longest message that tests send.
  final int longest;

  Family(String word, int longest) {
    this.word = word;
    this.longest = longest;
  }

  boolean isStream() {
    return this == TCP4 || this == TCP6 || this == UNIX;
  }

  boolean isUdp() {
    return this == UDP4 || this == UDP6;
  }

  /// Whether its addresses are paths.
  boolean isLocal() {
    return this == UNIX || this == UNIX_DATAGRAM || this == SEQPACKET;
  }

  /// Whether messages end with an empty one, and not with the connection.
  boolean endsWithEmpty() {
    return isUdp() || this == UNIX_DATAGRAM;
  }

  /// Whether the JDK's channels have it.
  boolean isOfTheJdk() {
    return this != UNIX_DATAGRAM && this != SEQPACKET;
  }

  /// The host of its loopback address.
  String host() {
    return this == TCP6 || this == UDP6 ? "::1" : "127.0.0.1";
  }

  /// Skips the test where the loopback device has no address of this family.
  void assumeIsHere() {
    if (this == TCP6 || this == UDP6) {
      assumeIpv6();
    }
  }

  /// Skips the test where the loopback device has no IPv6.
  static void assumeIpv6() {
    boolean isOnLoopback;
    try {
      isOnLoopback =
          Files.readAllLines(Path.of("/proc/net/if_inet6")).stream()
              .anyMatch(line -> line.endsWith(" lo"));
    } catch (IOException e) {
      isOnLoopback = false;
    }
    assumeTrue(isOnLoopback, "no IPv6 here");
  }

  /// What a peer binds to: a path in `folder`, or any port.
  String here(Path folder) {
    return isLocal() ? folder.resolve(word + ".here").toString() : "0";
  }
}
