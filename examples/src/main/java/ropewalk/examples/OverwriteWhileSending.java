package ropewalk.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import ropewalk.Ropewalk;
import ropewalk.iov.Tally;
import ropewalk.splice.Source;

/// Overwrites a file while it is on its way to a peer. What was handed over before the write
/// arrives as it was; what is handed over after it is new. Sent by the kernel's own sendfile, the
/// old bytes would turn new under way: `OverwriteWhileSending letter.txt unix:/run/slow.sock "new
/// text"`.
public final class OverwriteWhileSending {
  private static final int SLOTS = 16;

  private OverwriteWhileSending() {}

  /// Prints how many bytes were handed over before the write.
  public static void main(String[] args) throws IOException {
    System.out.println(send(Path.of(args[0]), args[1], args[2]));
  }

  /// Hands the beginning of `path` to a pipe, overwrites all of the file with `text`, again and
  /// again, and only then lets the pipe drain to `address`.
  ///
  /// @return bytes that were handed over before the write, and arrive old
  public static long send(Path path, String address, String text) throws IOException {
    try (var walk = Ropewalk.open();
        var file = walk.file(path, READ, WRITE);
        var peer = walk.connect(address);
        var pipe = walk.pipe(SLOTS)) {
      Tally tally = new Tally();
      long lent = file.fill(pipe, Long.MAX_VALUE, tally);
      if (lent == Source.END) {
        return 0;
      }
      ByteBuffer words = ByteBuffer.wrap(text.getBytes(UTF_8));
      for (long offset = 0; offset < file.size(); offset += words.capacity()) {
        file.write(words.rewind(), offset);
      }
      while (pipe.bytes() > 0) {
        peer.drain(pipe, Long.MAX_VALUE, false, tally);
      }
      return lent;
    }
  }
}
