package ropewalk.lab;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import ropewalk.lab.WriteLog.Entry;

/// A moment at which the power fails, and what the disk's volatile cache made of what it held.
///
/// ```
///   w w w F w w M w W w │ w w F        F flush, W write with FUA, M mark
///   └────┬┘ └────┬────┘ │
///     durable  in doubt │ never happened
///                      cut
/// ```
///
/// Durable is what came before the last flush, and each write with FUA. Of what came after it the
/// disk may have written anything: nothing, all, some writes, some sectors of each.
///
/// @param at how many entries of the log happened
/// @param loss what the volatile cache loses
/// @param seed of the choice, where there is one
record PowerCut(int at, Loss loss, long seed) {
  /// What becomes of what is in doubt.
  enum Loss {
    /// All is lost.
    ALL,
    /// Each write is lost or not.
    WRITES,
    /// Each sector is lost or not: writes are torn.
    SECTORS,
    /// Nothing is lost: the disk was quicker than it had to be.
    NOTHING
  }

  /// The disk on which nothing ever was, as far as `entries` made it `durable` before the last
  /// flush among the first [#at]; then what became of the rest.
  Disk leave(WriteLog log) throws IOException {
    List<Entry> entries = log.entries();
    int flushed = 0;
    for (int i = 0; i < at; i++) {
      if (entries.get(i).is(WriteLog.FLUSH)) {
        flushed = i;
      }
    }
    Disk disk = new Disk();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < at; i++) {
      Entry entry = entries.get(i);
      boolean isDurable = i < flushed || entry.is(WriteLog.FUA);
      carryOut(log, entry, disk, isDurable ? Loss.NOTHING : loss, random);
    }
    return disk;
  }

  private static void carryOut(
      WriteLog log, Entry entry, Disk disk, Loss loss, SplittableRandom random) throws IOException {
    if (entry.sectors() == 0 || loss == Loss.ALL || (loss == Loss.WRITES && random.nextBoolean())) {
      return;
    }
    boolean discards = entry.is(WriteLog.DISCARD);
    byte[] bytes = discards ? new byte[0] : log.bytes(entry);
    for (int i = 0; i < entry.sectors(); i++) {
      if (loss == Loss.SECTORS && random.nextBoolean()) {
        continue;
      }
      if (discards) {
        disk.discard(entry.sector() + i);
      } else {
        disk.write(entry.sector() + i, bytes, i * Disk.SECTOR);
      }
    }
  }

  /// The last mark before the cut, empty if there is none.
  String mark(WriteLog log) {
    for (int i = at - 1; i >= 0; i--) {
      if (log.entries().get(i).is(WriteLog.MARK)) {
        return log.entries().get(i).mark();
      }
    }
    return "";
  }
}
