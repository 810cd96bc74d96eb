package ropewalk.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The files that are sent, one for each size: written once, so that they are in the page cache,
/// and read by every round again, so that they stay there.
final class WarmFiles implements AutoCloseable {
  private final Path folder;
  private final Map<Long, Path> files = new HashMap<>();

  WarmFiles() throws IOException {
    folder = Files.createTempDirectory("ropewalk-bench");
  }

  Path folder() {
    return folder;
  }

  String fileSystem() throws IOException {
    return Files.getFileStore(folder).type();
  }

  /// The file of `size` bytes that is sent again and again.
  Path of(long size) throws IOException {
    return of(size, true);
  }

  /// One for those who may keep it mapped, and one for all others: what is mapped can't be dropped.
  Path of(long size, boolean isWarm) throws IOException {
    long key = isWarm ? size : -size;
    Path known = files.get(key);
    if (known != null) {
      return known;
    }
    Path file = folder.resolve((isWarm ? "warm-" : "once-") + size + ".bytes");
    byte[] block = new byte[1 << 20];
    new Random(size).nextBytes(block);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long left = size; left > 0; left -= block.length) {
        out.write(ByteBuffer.wrap(block, 0, (int) Math.min(left, block.length)));
      }
      out.force(true); // no writeback in the middle of a round
    }
    files.put(key, file);
    return file;
  }

  /// Drops `file` from the kernel's page cache: `dd` is the program that knows how to ask
  /// (`nocache` with nothing to copy), and what was synced may go.
  void cool(Path file) throws IOException {
    String _ = Programs.output(List.of("dd", "if=" + file, "iflag=nocache", "count=0"));
  }

  @Override
  public void close() throws IOException {
    try (var entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        Files.delete(entry);
      }
    }
    Files.delete(folder);
  }
}
