package ropewalk.iov;

import java.util.ArrayList;
import java.util.List;

/// What an iterator should be, said as slowly as possible: bytes in order, each knowing its run and
/// its place in memory, and two numbers. It knows nothing of the code, and takes one byte at a time
/// wherever that can be.
///
/// ```
///   runs      |..........|...........||................|
///   place     0          10          21                37 = total
///                    ^ position               ^ position + count
/// ```
final class Model {

  private static final int PAGE = 4096;

  /// A run of memory: where it starts (a plain address, or an offset where heap memory has none)
  /// and how many bytes it has.
  record Run(long address, int length) {}

  /// What a range of the stream looks like in memory: consecutive bytes of one run.
  record Piece(long address, long length) {}

  final List<Run> runs;
  final long total;
  long position;
  long count;

  private final int[] runOf;
  private final long[] addressOf;

  Model(List<Run> runs) {
    this.runs = List.copyOf(runs);
    total = runs.stream().mapToLong(Run::length).sum();
    count = total;
    runOf = new int[(int) total];
    addressOf = new long[(int) total];
    int place = 0;
    for (int run = 0; run < runs.size(); run++) {
      for (int i = 0; i < runs.get(run).length(); i++) {
        runOf[place] = run;
        addressOf[place] = runs.get(run).address() + i;
        place++;
      }
    }
  }

  /// `total` bytes on pages of their own, as a pipe takes them.
  static Model ofPages(int total) {
    List<Run> runs = new ArrayList<>();
    for (int at = 0; at < total; at += PAGE) {
      runs.add(new Run(at, Math.min(PAGE, total - at)));
    }
    return new Model(runs);
  }

  /// `total` bytes in one piece.
  static Model ofOneRun(int total) {
    return new Model(List.of(new Run(0, total)));
  }

  void advance(long n) {
    for (long i = 0; i < n && count > 0; i++) {
      position++;
      count--;
    }
  }

  void revert(long n) {
    for (long i = 0; i < n; i++) {
      position--;
      count++;
    }
  }

  void truncate(long n) {
    while (count > n) {
      count--;
    }
  }

  /// The address of the byte at `place` of the stream.
  long address(long place) {
    return addressOf[(int) place];
  }

  /// How many of the bytes that remain lie in the run of the first of them.
  long single() {
    long n = 0;
    while (n < count && runOf[(int) (position + n)] == runOf[(int) position]) {
      n++;
    }
    return n;
  }

  /// What remains, run by run; no piece is empty.
  List<Piece> pieces() {
    List<Piece> pieces = new ArrayList<>();
    long from = position;
    for (long at = position + 1; at <= position + count; at++) {
      if (at == position + count || runOf[(int) at] != runOf[(int) from]) {
        pieces.add(new Piece(address(from), at - from));
        from = at;
      }
    }
    return pieces;
  }

  /// Starts and lengths of all pieces, or-ed (2.3.7).
  long alignment() {
    long bits = 0;
    for (Piece piece : pieces()) {
      bits |= piece.address() | piece.length();
    }
    return bits;
  }

  /// Starts of all pieces but the first and ends of all but the last, or-ed (2.3.7).
  long gapAlignment() {
    long bits = 0;
    List<Piece> pieces = pieces();
    for (int i = 0; i < pieces.size(); i++) {
      bits |= i == 0 ? 0 : pieces.get(i).address();
      bits |= i == pieces.size() - 1 ? 0 : pieces.get(i).address() + pieces.get(i).length();
    }
    return bits;
  }

  /// How many pages the pieces touch, counted piece by piece (2.3.6): a page that two pieces share
  /// counts twice.
  int pages() {
    int pages = 0;
    for (Piece piece : pieces()) {
      long last = -1;
      for (long at = piece.address(); at < piece.address() + piece.length(); at++) {
        if (at / PAGE != last) {
          last = at / PAGE;
          pages++;
        }
      }
    }
    return pages;
  }

  /// How many of the next `n` bytes lie on the first `pagesMax` pages, where bytes that adjoin in
  /// memory share a page even if they are of two runs.
  long onPages(long n, int pagesMax) {
    long taken = 0;
    int pages = 0;
    long before = -2;
    while (taken < Math.min(n, count)) {
      long address = address(position + taken);
      if (address != before + 1 || address % PAGE == 0) {
        pages++;
      }
      if (pages > pagesMax) {
        break;
      }
      before = address;
      taken++;
    }
    return taken;
  }

  @Override
  public String toString() {
    return "Model[position=" + position + ", count=" + count + ", runs=" + runs + "]";
  }
}
