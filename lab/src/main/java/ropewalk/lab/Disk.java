package ropewalk.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A disk in memory: only sectors that are not zeros are kept.
final class Disk {
  /// What a disk writes whole or not at all, in bytes.
  static final int SECTOR = 512;

  private final Map<Long, byte[]> sectors;

  Disk() {
    this(new HashMap<>());
  }

  private Disk(Map<Long, byte[]> sectors) {
    this.sectors = sectors;
  }

  /// Another disk with the same contents; sectors are replaced, never changed, so they are shared.
  Disk copy() {
    return new Disk(new HashMap<>(sectors));
  }

  /// Keeps a copy of one sector's bytes.
  void write(long sector, byte[] bytes, int offset) {
    if (Arrays.equals(bytes, offset, offset + SECTOR, ZEROS, 0, SECTOR)) {
      sectors.remove(sector);
    } else {
      sectors.put(sector, Arrays.copyOfRange(bytes, offset, offset + SECTOR));
    }
  }

  /// Makes one sector zeros.
  void discard(long sector) {
    sectors.remove(sector);
  }

  /// One sector's bytes; not to be changed.
  byte[] read(long sector) {
    return sectors.getOrDefault(sector, ZEROS);
  }

  /// Writes a sparse file of `bytes` bytes.
  void store(Path file, long bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(ZEROS), bytes - SECTOR);
      for (Map.Entry<Long, byte[]> sector : sectors.entrySet()) {
        channel.write(ByteBuffer.wrap(sector.getValue()), sector.getKey() * SECTOR);
      }
    }
  }

  private static final byte[] ZEROS = new byte[SECTOR];
}
