package ropewalk.bench.sockets;

import static ropewalk.engine.Engine.Choice.EPOLL;
import static ropewalk.engine.Engine.Choice.IO_URING;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import ropewalk.net.ZeroCopy;

/// The main class of a peer's process: `Peer SUBJECT`, then an [Order] a line on stdin, each
/// answered by a [Done]. A [Crossing] is told `open KIND HOST:PORT` first, and answers `open FD`.
public final class Peer {
  private Peer() {}

  /// Obeys until stdin ends.
  ///
  /// @param arguments the subject's name
  public static void main(String[] arguments) throws Exception {
    try (Way way = way(arguments[0]);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready");
      for (String line; (line = lines.readLine()) != null; ) {
        System.out.println(answer(way, line));
      }
    }
    System.exit(0); // a peer's own threads don't keep the process
  }

  private static Way way(String name) throws IOException {
    return switch (name) {
      case "ours-one" -> new OursMessages(OursMessages.How.ONE);
      case "ours-three" -> new OursMessages(OursMessages.How.THREE);
      case "ours-copied" -> new OursMessages(OursMessages.How.COPIED);
      case "jdk-gather" -> new ChannelMessages(false);
      case "jdk-copied" -> new ChannelMessages(true);
      case "ours-epoll" -> new OursSmall(EPOLL, false);
      case "ours-ring" -> new OursSmall(IO_URING, false);
      case "ours-epoll-vt" -> new OursSmall(EPOLL, true);
      case "ours-ring-vt" -> new OursSmall(IO_URING, true);
      case "jdk" -> new ChannelSmall(false);
      case "jdk-vt" -> new ChannelSmall(true);
      case "netty-epoll" -> new NettySmall(NettyKind.EPOLL);
      case "netty-ring" -> new NettySmall(NettyKind.IO_URING);
      case "ours-lookout" -> new OursLookout();
      case "cross-ours-epoll" -> new CrossOurs(EPOLL, ZeroCopy.ALWAYS);
      case "cross-ours-copy" -> new CrossOurs(EPOLL, ZeroCopy.NEVER);
      case "cross-ours-ring" -> new CrossOurs(IO_URING, ZeroCopy.ALWAYS);
      case "cross-copy" -> new CrossCopy();
      case "cross-zerocopy" -> new CrossZerocopy();
      case "cross-sendzc" -> new CrossRing(false);
      case "cross-fixed" -> new CrossRing(true);
      default -> throw new IOException("no such subject: " + name);
    };
  }

  private static String answer(Way way, String line) {
    try {
      String[] words = line.split(" ", -1);
      if (words[0].equals("open") && way instanceof Crossing cross) {
        return "open " + cross.open(words[1], words[2]);
      }
      return way.send(Order.parse(line)).line();
    } catch (Exception e) {
      e.printStackTrace();
      return "error peer: " + e;
    }
  }
}
