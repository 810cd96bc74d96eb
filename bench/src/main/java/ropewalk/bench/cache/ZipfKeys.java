package ropewalk.bench.cache;

import java.util.Arrays;
import java.util.Random;

/// Which page is read next: runs of 64 KiB by Zipf's law with exponent 1 (the k-th most wanted is
/// wanted 1/k as often as the first), scattered over the file, and a page of it evenly.
///
/// The keys of each caller are drawn before the clock starts, the same for all subjects.
final class ZipfKeys {
  static final int RUN = 64 << 10;
  static final int PAGE = 4096;

  private final double[] sums;
  private final int[] places;

  ZipfKeys(long fileBytes) {
    int runs = (int) (fileBytes / RUN);
    sums = new double[runs];
    places = new int[runs];
    double sum = 0;
    for (int i = 0; i < runs; i++) {
      sum += 1.0 / (i + 1);
      sums[i] = sum;
      places[i] = i;
    }
    Random random = new Random(1);
    for (int i = runs - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int place = places[i];
      places[i] = places[j];
      places[j] = place;
    }
  }

  /// Offsets of `count` reads.
  long[] draw(int count, long seed) {
    Random random = new Random(seed);
    double all = sums[sums.length - 1];
    long[] offsets = new long[count];
    for (int i = 0; i < count; i++) {
      int found = Arrays.binarySearch(sums, random.nextDouble() * all);
      int rank = Math.min(found < 0 ? -found - 1 : found, sums.length - 1);
      offsets[i] = (long) places[rank] * RUN + random.nextInt(RUN / PAGE) * (long) PAGE;
    }
    return offsets;
  }

  /// Bytes of cache that hold the most wanted runs with a share of all reads, if they are kept
  /// perfectly: what a real cache reaches is measured.
  long bytesFor(double share) {
    double all = sums[sums.length - 1];
    int runs = 0;
    while (runs < sums.length && (runs == 0 || sums[runs - 1] < share * all)) {
      runs++;
    }
    return (long) runs * RUN;
  }
}
