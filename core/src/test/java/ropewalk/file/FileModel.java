package ropewalk.file;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;

/// The array of bytes that a file under test should be, and what a random program on it asks for:
/// places, lengths and bytes that find mistakes, and a log of the last steps.
///
/// @param <A> what steps are, for the table
abstract class FileModel<A extends Enum<A>> {
  /// Where the file ends at most.
  static final int SIZE_MAX = 1 << 20;

  static final int BLOCK = 4096;
  static final Syscalls HOST = HostSyscalls.host();

  /// The longest read or write.
  private static final int LENGTH_MAX = 150_000;

  private static final int SHOWN = 25;

  final Gen gen;
  final ArrayDeque<String> log = new ArrayDeque<>();
  final byte[] model = new byte[SIZE_MAX];
  final Map<A, Long> acts;
  int size;

  /// An empty file; `acts` counts what is done.
  FileModel(Gen gen, EnumMap<A, Long> acts) {
    this.gen = gen;
    this.acts = acts;
  }

  // ---- what the file should be

  byte[] part(int at, int length) {
    int end = Math.min(size, at + length);
    return at >= end ? new byte[0] : Arrays.copyOfRange(model, at, end);
  }

  /// The first `n` of these are written now.
  void put(int at, byte[] bytes, long n) {
    if (n > 0) {
      System.arraycopy(bytes, 0, model, at, (int) n);
      size = Math.max(size, at + (int) n);
    }
  }

  void cutTo(int to) {
    if (to < size) {
      Arrays.fill(model, to, size, (byte) 0);
    }
    size = to;
  }

  /// Zeros, and the end stays where it is.
  void clear(int at, int length) {
    if (at < size) {
      Arrays.fill(model, at, Math.min(size, at + length), (byte) 0);
    }
  }

  static void compare(byte[] got, byte[] wanted, int at) {
    int differs = Arrays.mismatch(got, wanted);
    if (differs >= 0) {
      throw new AssertionError(
          "byte %d of %d (at %d, in block %d at %d) is %s and should be %s"
              .formatted(
                  differs,
                  wanted.length,
                  at + differs,
                  (at + differs) / BLOCK,
                  (at + differs) % BLOCK,
                  differs < got.length ? got[differs] : "missing",
                  differs < wanted.length ? wanted[differs] : "missing"));
    }
  }

  // ---- what is asked for

  /// Anywhere; at blocks, near the end, and before it more often.
  int offset() {
    return switch (gen.in(0, 5)) {
      case 0 -> (int) gen.edgy(0, SIZE_MAX - 1);
      case 1 -> gen.in(0, SIZE_MAX - 1) & -BLOCK;
      case 2 -> Math.min(SIZE_MAX - 1, Math.max(0, size + gen.in(-5000, 5000)));
      case 3 -> gen.in(0, SIZE_MAX - 1) & -512;
      case 4 -> size == 0 ? 0 : gen.in(0, size - 1) & -BLOCK;
      default -> size == 0 ? 0 : gen.in(0, size - 1);
    };
  }

  /// That still fits behind `at`; often whole blocks.
  int length(int at) {
    int length =
        switch (gen.in(0, 6)) {
          case 0 -> gen.in(0, 10);
          case 1, 2 -> gen.in(0, 3 * BLOCK);
          case 3 -> gen.in(1, 4) * BLOCK;
          case 4 -> gen.in(1, 20) * 512;
          case 5 -> gen.in(0, 40_000);
          default -> gen.in(0, LENGTH_MAX);
        };
    return Math.min(length, SIZE_MAX - at);
  }

  /// Bytes that are nowhere yet, so that a mistake shows.
  byte[] fresh(int length) {
    byte[] bytes = new byte[length];
    long state = gen.below(Long.MAX_VALUE);
    for (int i = 0; i < length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      bytes[i] = (byte) (state >>> 56);
    }
    return bytes;
  }

  void note(A act, String what) {
    acts.merge(act, 1L, Long::sum);
    if (log.size() == SHOWN) {
      log.removeFirst();
    }
    log.addLast(what);
  }

  /// `failure` with the last steps.
  AssertionError told(Throwable failure) {
    return new AssertionError(
        failure + "\nthe last steps, size " + size + ":\n  " + String.join("\n  ", log), failure);
  }
}
