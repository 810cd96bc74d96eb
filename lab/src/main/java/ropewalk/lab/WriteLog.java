package ropewalk.lab;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// What the device mapper's log-writes target wrote down of a disk's life, in the order in which
/// things became certain.
///
/// ```
///   0            one unit        then, in units of the disk's logical block (512 bytes)
///   ┌────────────┬───────────────────────┬──────────────┬───────────────────────┬──
///   │ magic      │ sector, sectors       │ the bytes    │ 0, 0, MARK, length    │
///   │ version    │ flags, length of mark │ written      │ the mark's text       │ ...
///   │ entries    │                       │              │                       │
///   │ unit       │                       │ if any       │                       │
///   └────────────┴───────────────────────┴──────────────┴───────────────────────┴──
/// ```
///
/// A write is entered when a flush comes that makes it durable, right before that flush; a write
/// with FUA when it has ended; a mark when it is made. All numbers are 64 bits, little-endian, but
/// the unit, which has 32. Source: the kernel's Documentation, device-mapper/log-writes.
final class WriteLog implements AutoCloseable {
  private static final long MAGIC = 0x6a736677736872L;
  private static final int VERSION = 1;

  /// The bits of an entry's flags.
  static final int FLUSH = 1;

  static final int FUA = 2;
  static final int DISCARD = 4;
  static final int MARK = 8;

  /// Bytes of an entry before the mark's text.
  private static final int HEAD = 32;

  /// One thing that happened.
  ///
  /// @param sector where on the disk, in sectors of 512 bytes
  /// @param sectors how many; none for marks and bare flushes
  /// @param position of its bytes in the log
  /// @param mark the text, empty unless it is one
  record Entry(long sector, int sectors, int flags, long position, String mark) {
    boolean is(int flag) {
      return (flags & flag) != 0;
    }
  }

  private final Path path;
  private final FileChannel channel;
  private final List<Entry> entries = new ArrayList<>();

  private WriteLog(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Reads all entries; bytes are read when they are wanted.
  static WriteLog open(Path path) throws IOException {
    WriteLog log = new WriteLog(path, FileChannel.open(path, StandardOpenOption.READ));
    try {
      log.parse();
      return log;
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /// What happened, in order.
  List<Entry> entries() {
    return entries;
  }

  /// The bytes that `entry` wrote.
  byte[] bytes(Entry entry) throws IOException {
    return read(entry.position, entry.sectors * Disk.SECTOR);
  }

  private void parse() throws IOException {
    ByteBuffer head = numbers(read(0, Disk.SECTOR));
    if (head.getLong(0) != MAGIC || head.getLong(8) != VERSION) {
      throw new IOException(
          path + " is no log of writes: magic " + Long.toHexString(head.getLong(0)));
    }
    long count = head.getLong(16);
    int unit = head.getInt(24);
    long position = unit;
    for (long i = 0; i < count; i++) {
      byte[] bytes = read(position, unit);
      ByteBuffer at = numbers(bytes);
      int units = Math.toIntExact(at.getLong(8));
      int flags = Math.toIntExact(at.getLong(16));
      String mark = "";
      if ((flags & MARK) != 0) {
        int length = Math.toIntExact(at.getLong(24));
        mark = new String(bytes, HEAD, length, StandardCharsets.UTF_8).replace("\0", "");
      }
      int perUnit = unit / Disk.SECTOR;
      entries.add(
          new Entry(at.getLong(0) * perUnit, units * perUnit, flags, position + unit, mark));
      // Of what was discarded nothing is written down.
      position += unit + ((flags & DISCARD) != 0 ? 0 : (long) units * unit);
    }
  }

  private static ByteBuffer numbers(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] read(long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      if (channel.read(rest, position + rest.position()) < 0) {
        throw new EOFException(path + " ends within " + length + " bytes at " + position);
      }
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
