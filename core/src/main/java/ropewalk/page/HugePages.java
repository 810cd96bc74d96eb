package ropewalk.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How much of a piece of memory the kernel keeps in huge pages. It was asked to, for the ring
/// slab; whether it did depends on the machine and on how fragmented its memory is, so it's looked
/// up rather than believed.
///
/// ```
///   /proc/self/smaps    7f3a40000000-7f3a42800000 rw-p 00000000 00:00 0      one mapping
///                       ...
///                       AnonHugePages:     40960 kB                          of it, in huge pages
/// ```
final class HugePages {

  private static final String HUGE = "AnonHugePages:";

  private HugePages() {}

  /// Bytes in huge pages of the mappings inside of `bytes` bytes at `address`; -1 where the kernel
  /// does not say. Takes a millisecond or so: for people, not for the way of a byte.
  static long of(long address, long bytes) {
    try {
      return sum(Files.readAllLines(Path.of("/proc/self/smaps")), address, bytes);
    } catch (IOException e) {
      return -1;
    }
  }

  /// The sum over the lines of smaps. A mapping that is only partly inside doesn't count: madvise
  /// has cut ours out.
  static long sum(List<String> lines, long address, long bytes) {
    long huge = 0;
    boolean isInside = false;
    for (String line : lines) {
      int dash = line.indexOf('-');
      int blank = line.indexOf(' ');
      if (dash > 0 && dash < blank && line.indexOf(':') > blank) {
        long start = Long.parseUnsignedLong(line, 0, dash, 16);
        long end = Long.parseUnsignedLong(line, dash + 1, blank, 16);
        isInside = start >= address && end <= address + bytes;
      } else if (isInside && line.startsWith(HUGE)) {
        huge += Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    return huge;
  }
}
