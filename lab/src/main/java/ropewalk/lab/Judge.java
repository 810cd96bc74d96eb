package ropewalk.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Compares what a crash left of a file with what was promised.
///
/// ```
///   steps     w w S w w t w S w S ...
///                 ▲         ▲
///             promised    until       the crash came somewhere in between
///
///   admitted  each sector as it was at `promised`, or as any step up to `until` left it;
///             a size between the least and the greatest of these steps
/// ```
///
/// A sector (512 bytes) is what a disk writes whole or not at all. Sectors are judged each for
/// itself: between two promises a file system may carry them out in any order. Beyond the end of
/// the file there are zeros.
public final class Judge {
  private static final int SECTOR = Disk.SECTOR;

  /// More complaints about one file say nothing new.
  private static final int COMPLAINTS_MAX = 5;

  private final Script script;
  private final boolean isWhole;

  /// The file's bytes, zeros behind its end, and the size, after each step.
  private final byte[] bytes = new byte[Script.BYTES_MAX];

  private int size;

  /// A judge of files that were written by `script`.
  ///
  /// @param isWhole each sync replaced the file
  public Judge(Script script, boolean isWhole) {
    this.script = script;
    this.isWhole = isWhole;
  }

  /// Says what `found` lacks, nothing if it is admitted.
  ///
  /// @param promised the number of the last step that was promised: a sync; -1 if none was, and the
  ///   file was empty
  public List<String> complaints(byte[] found, int promised) {
    Arrays.fill(bytes, (byte) 0);
    size = 0;
    for (int step = 0; step < promised; step++) {
      apply(step);
    }
    if (isWhole) {
      return wholeComplaints(found, promised);
    }
    byte[] old = bytes.clone();
    int sizeMin = size;
    int sizeMax = size;
    boolean[] isDoubtful = doubtful(old, found);
    // From here on each step may have been carried out, or not, or in part.
    int until = Math.max(promised, 0);
    for (boolean over = false; !over && until < script.steps().size(); until++) {
      over = until > promised && script.steps().get(until) instanceof Step.Sync;
      apply(until);
      sizeMin = Math.min(sizeMin, size);
      sizeMax = Math.max(sizeMax, size);
      settle(isDoubtful, found);
    }
    List<String> complaints = new ArrayList<>();
    if (found.length < sizeMin || found.length > sizeMax) {
      complaints.add(
          "the size is %d and not within %d and %d".formatted(found.length, sizeMin, sizeMax));
    }
    for (int sector = 0; sector < isDoubtful.length; sector++) {
      if (isDoubtful[sector] && complaints.size() < COMPLAINTS_MAX) {
        complaints.add(
            "bytes %d to %d are %s"
                .formatted(sector * SECTOR, (sector + 1) * SECTOR - 1, origin(found, sector)));
      }
    }
    return complaints;
  }

  private List<String> wholeComplaints(byte[] found, int promised) {
    byte[] old = Arrays.copyOf(bytes, size);
    boolean over = false;
    for (int step = Math.max(promised, 0); !over && step < script.steps().size(); step++) {
      over = step > promised && script.steps().get(step) instanceof Step.Sync;
      apply(step);
    }
    byte[] next = Arrays.copyOf(bytes, size);
    if (Arrays.equals(found, old) || Arrays.equals(found, next)) {
      return List.of();
    }
    return List.of(
        "%d bytes that are neither the %d promised nor the %d that followed"
            .formatted(found.length, old.length, next.length));
  }

  private void apply(int index) {
    switch (script.steps().get(index)) {
      case Step.Write write -> {
        System.arraycopy(script.bytes(index, write), 0, bytes, write.offset(), write.length());
        size = Math.max(size, write.offset() + write.length());
      }
      case Step.Truncate truncate -> {
        if (truncate.size() < size) {
          Arrays.fill(bytes, truncate.size(), size, (byte) 0);
        }
        size = truncate.size();
      }
      case Step.Sync _ -> {}
    }
  }

  private static boolean[] doubtful(byte[] old, byte[] found) {
    boolean[] isDoubtful = new boolean[Script.BYTES_MAX / SECTOR];
    for (int sector = 0; sector < isDoubtful.length; sector++) {
      isDoubtful[sector] = !same(old, found, sector);
    }
    return isDoubtful;
  }

  private void settle(boolean[] isDoubtful, byte[] found) {
    for (int sector = 0; sector < isDoubtful.length; sector++) {
      isDoubtful[sector] = isDoubtful[sector] && !same(bytes, found, sector);
    }
  }

  /// Compares a sector, as if `found` went on with zeros.
  private static boolean same(byte[] ours, byte[] found, int sector) {
    for (int i = sector * SECTOR; i < (sector + 1) * SECTOR; i++) {
      if (ours[i] != (i < found.length ? found[i] : 0)) {
        return false;
      }
    }
    return true;
  }

  /// When the sector looked as it was found, if ever.
  private String origin(byte[] found, int sector) {
    Arrays.fill(bytes, (byte) 0);
    size = 0;
    String origin = same(bytes, found, sector) ? "zeros" : "nobody's";
    for (int step = 0; step < script.steps().size(); step++) {
      apply(step);
      if (same(bytes, found, sector)) {
        origin = "as step " + step + " left them";
      }
    }
    return origin;
  }
}
