package ropewalk.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The main class of a process that reads past the page cache: `DirectPeer WAY FILE`.
///
/// ```
///   in   random|sequential|vector|single DEPTH BLOCK MILLIS
///   out  ready, then for each line: done OPS NANOS HEAP-BYTES, or error WHY
/// ```
public final class DirectPeer {
  private DirectPeer() {}

  /// Reads until standard input ends.
  ///
  /// @param arguments the way and the file
  public static void main(String[] arguments) throws Exception {
    try (DirectWay way = way(arguments[0], Path.of(arguments[1]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready");
      for (String line; (line = in.readLine()) != null; ) {
        System.out.println(answer(way, line.split(" ", -1)));
      }
    }
  }

  private static DirectWay way(String name, Path file) throws IOException {
    return switch (name) {
      case "lane" -> new LaneReads(file);
      case "virtual" -> new VirtualReads(file);
      case "channel" -> new ChannelReads(file);
      default -> throw new IOException("no such way: " + name);
    };
  }

  private static String answer(DirectWay way, String[] words) {
    try {
      long heap = Heap.allocated();
      long start = System.nanoTime();
      long end = start + Long.parseLong(words[3]) * 1_000_000;
      int depth = Integer.parseInt(words[1]);
      long ops = way.run(words[0], depth, Integer.parseInt(words[2]), end);
      return "done %d %d %d".formatted(ops, System.nanoTime() - start, Heap.allocated() - heap);
    } catch (Exception e) {
      return "error " + e;
    }
  }
}
