package ropewalk.examples;

import java.io.IOException;
import java.nio.file.Path;
import ropewalk.Ropewalk;
import ropewalk.crypto.Digest;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// Sends a file to two peers and computes its checksum, all in one pass: each page is read once and
/// lent three times. `TeeWithDigest movie.mkv tcp://10.0.0.7:9000 unix:/run/archive.sock`.
public final class TeeWithDigest {
  private static final int SLOTS = 16;

  private TeeWithDigest() {}

  /// Prints the checksum.
  public static void main(String[] args) throws IOException {
    System.out.println(send(Path.of(args[0]), args[1], args[2]));
  }

  /// Moves all of `path` to both addresses and gives its SHA-256 in hexadecimal.
  public static String send(Path path, String one, String other) throws IOException {
    try (var walk = Ropewalk.open();
        var sha256 = Digest.open("sha256");
        var file = walk.digest(walk.file(path), sha256);
        var first = walk.connect(one);
        var second = walk.connect(other);
        var pipe = walk.pipe(SLOTS);
        var twin = walk.pipe(SLOTS)) {
      Tally tally = new Tally();
      while (file.fill(pipe, Long.MAX_VALUE, tally) != Source.END) {
        // The twin is empty and has as many slots, so it takes every page: a reference each.
        pipe.tee(twin, Long.MAX_VALUE);
        drain(pipe, first, tally);
        drain(twin, second, tally);
      }
      return sha256.finishHex();
    }
  }

  private static void drain(Pipe pipe, Sink sink, Tally tally) throws IOException {
    while (pipe.bytes() > 0) {
      sink.drain(pipe, Long.MAX_VALUE, true, tally);
    }
  }
}
