package ropewalk.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder for one test, with files of known content in it; closing it removes all.
public final class TempFiles implements AutoCloseable {
  private static final int BLOCK = 1 << 16;

  private final Path folder;

  /// Makes the folder.
  public TempFiles() {
    try {
      folder = Files.createTempDirectory("ropewalk-test-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The folder itself.
  public Path folder() {
    return folder;
  }

  /// Where a file of this name would be; makes nothing.
  public Path path(String name) {
    return folder.resolve(name);
  }

  /// A new file of `size` bytes of [Pattern] from 0 on.
  public Path pattern(String name, long size) {
    return pattern(name, size, 0);
  }

  /// A new file of `size` bytes of [Pattern] from `from` on.
  public Path pattern(String name, long size, long from) {
    Path file = folder.resolve(name);
    try (FileChannel channel = create(file)) {
      byte[] block = new byte[(int) Math.min(BLOCK, Math.max(size, 1))];
      for (long at = 0; at < size; at += block.length) {
        Pattern.fill(block, from + at);
        int length = (int) Math.min(block.length, size - at);
        ByteBuffer rest = ByteBuffer.wrap(block, 0, length);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /// A new file of `size` bytes without a block behind them: all zero, any size.
  public Path sparse(String name, long size) {
    Path file = folder.resolve(name);
    try (FileChannel channel = create(file)) {
      if (size > 0) {
        channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public void close() {
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
