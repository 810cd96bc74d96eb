package ropewalk.examples;

import java.io.IOException;
import java.nio.file.Path;
import ropewalk.Ropewalk;
import ropewalk.splice.Moved;

/// Sends a file: `SendFile movie.mkv tcp://10.0.0.7:9000`.
public final class SendFile {
  private SendFile() {}

  /// Prints what the move did.
  public static void main(String[] args) throws IOException {
    System.out.println(send(Path.of(args[0]), args[1]));
  }

  /// Moves all of `path` to whoever listens at `address`.
  public static Moved send(Path path, String address) throws IOException {
    try (var walk = Ropewalk.open();
        var file = walk.file(path);
        var peer = walk.connect(address)) {
      return walk.move(file, peer);
    }
  }
}
