package ropewalk.bench.peer;

import static ropewalk.engine.Engine.Choice.EPOLL;
import static ropewalk.engine.Engine.Choice.IO_URING;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The main class of a sender process: `Sender WAY THREAD`, then, line by line on stdin, `send KIND
/// ADDRESS FILE SIZE COUNT`, answered by `sent BYTES NANOS HEAP USER KERNEL ROUTE`.
public final class Sender {
  private Sender() {}

  /// Sends until stdin ends.
  ///
  /// @param arguments the way, and `platform` or `virtual`
  public static void main(String[] arguments) throws IOException {
    boolean virtual = arguments.length > 1 && arguments[1].equals("virtual");
    try (Way way = way(arguments[0]);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready");
      for (String line; (line = lines.readLine()) != null; ) {
        System.out.println(answer(way, line, virtual));
      }
    }
    System.exit(0); // a peer's own threads don't keep the process
  }

  private static Way way(String name) throws IOException {
    return switch (name) {
      case "transferTo" -> new ChannelWay.TransferTo();
      case "readWrite" -> new ChannelWay.ReadWrite();
      case "mappedWrite" -> new ChannelWay.MappedWrite();
      case "netty" -> new NettyWay();
      case "cached-ring" -> new OursWay(IO_URING, true, false);
      case "cached-epoll" -> new OursWay(EPOLL, true, false);
      case "plain-ring" -> new OursWay(IO_URING, false, false);
      case "plain-epoll" -> new OursWay(EPOLL, false, false);
      case "relaxed-ring" -> new OursWay(IO_URING, false, true);
      case "relaxed-epoll" -> new OursWay(EPOLL, false, true);
      default -> throw new IOException("no such way: " + name);
    };
  }

  private static String answer(Way way, String line, boolean virtual) {
    try {
      String[] words = line.split(" ", -1);
      way.isOnce(words[0].equals("once"));
      Target target = new Target(words[1], words[2]);
      long size = Long.parseLong(words[4]);
      int count = Integer.parseInt(words[5]);
      Callable<Sent> send = () -> way.send(target, Path.of(words[3]), size, count);
      return (virtual ? onVirtualThread(send) : send.call()).line();
    } catch (Exception e) {
      e.printStackTrace();
      return "error sender: " + e;
    }
  }

  private static Sent onVirtualThread(Callable<Sent> send)
      throws InterruptedException, ExecutionException {
    FutureTask<Sent> task = new FutureTask<>(send);
    Thread.ofVirtual().start(task);
    return task.get();
  }
}
