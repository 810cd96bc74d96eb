package ropewalk.durable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What has been promised of a file, and what a crash may leave of it: the judge.
///
/// ```
///   steps     w  w  S  w  t  w │ crash
///                   ▲ promised  └ the step that is under way
///
///   admitted  each sector as it was at S, or as any step since has left it;
///             a size between the least and the greatest since S
/// ```
///
/// A step is announced before it begins, so that it may be found carried out, in part or not at
/// all. Beyond the end of what is found nothing is compared: its size is judged by itself. A sector
/// (512 bytes) is what a disk writes whole or not at all.
///
/// Thread-safe: a crash may come on any thread.
final class Promise {
  private static final int SECTOR = 512;

  private final int sizeMax;

  /// The file as the steps announced so far leave it.
  private final byte[] bytes;

  private int size;

  /// What each sector may be: as at the last promise first, then as each step has left it.
  private final List<List<byte[]>> admitted = new ArrayList<>();

  /// Sizes since the promise: a long write may end anywhere between.
  private int sizeLeast;

  private int sizeMost;

  /// Of a file that is empty, and promised to be.
  Promise(int sizeMax) {
    this.sizeMax = sizeMax;
    this.bytes = new byte[sizeMax];
    for (int at = 0; at < sizeMax; at += SECTOR) {
      admitted.add(new ArrayList<>());
    }
    kept();
  }

  /// Where the file ends, all steps carried out.
  synchronized int size() {
    return size;
  }

  /// The file's bytes, all steps carried out.
  synchronized byte[] bytes() {
    return Arrays.copyOf(bytes, size);
  }

  /// A write begins.
  synchronized void write(int at, byte[] source) {
    System.arraycopy(source, 0, bytes, at, source.length);
    setSize(Math.max(size, source.length == 0 ? 0 : at + source.length));
    admit(at, at + source.length);
  }

  /// The size is about to be set; what is new reads as zeros.
  synchronized void truncate(int to) {
    int from = Math.min(size, to);
    int end = Math.max(size, to);
    Arrays.fill(bytes, from, end, (byte) 0);
    setSize(to);
    admit(from, end);
  }

  /// Zeros are about to be put there; the size stays.
  synchronized void clear(int at, int end) {
    int last = Math.min(end, size);
    if (at < last) {
      Arrays.fill(bytes, at, last, (byte) 0);
      admit(at, last);
    }
  }

  private void setSize(int to) {
    size = to;
    sizeLeast = Math.min(sizeLeast, to);
    sizeMost = Math.max(sizeMost, to);
  }

  private void admit(int from, int end) {
    for (int sector = from / SECTOR; sector * SECTOR < end; sector++) {
      int at = sector * SECTOR;
      admitted.get(sector).add(Arrays.copyOfRange(bytes, at, at + SECTOR));
    }
  }

  /// A sync has returned: all steps are on the medium.
  synchronized void kept() {
    for (int sector = 0; sector < admitted.size(); sector++) {
      admitted.get(sector).clear();
    }
    admit(0, sizeMax);
    sizeLeast = size;
    sizeMost = size;
  }

  /// Says what `found` lacks or has too much; empty if it may be so.
  synchronized String complaint(byte[] found) {
    if (found.length < sizeLeast || found.length > sizeMost) {
      return "the size is %d, and was %d to %d since the promise"
          .formatted(found.length, sizeLeast, sizeMost);
    }
    for (int at = 0; at < found.length; at += SECTOR) {
      if (!isAdmitted(found, at)) {
        return "sector %d (bytes %d to %d) of %d bytes is none of %d versions since the promise"
            .formatted(
                at / SECTOR, at, at + SECTOR - 1, found.length, admitted.get(at / SECTOR).size());
      }
    }
    return "";
  }

  private boolean isAdmitted(byte[] found, int at) {
    int length = Math.min(SECTOR, found.length - at);
    for (byte[] each : admitted.get(at / SECTOR)) {
      if (Arrays.equals(each, 0, length, found, at, at + length)) {
        return true;
      }
    }
    return false;
  }
}
