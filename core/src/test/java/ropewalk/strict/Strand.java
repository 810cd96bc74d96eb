package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.pipe.Pipe;

/// A pipe, and beside it what should be in it: which bytes, and where they are from. Used by one
/// thread.
///
/// ```
///   pipe    | PageRef 0 | PageRef 1       |      each slot's range is of one provenance
///   pieces  | bytes, LENT   | bytes, OWNED |     other borders, the same bytes
/// ```
final class Strand implements AutoCloseable {
  /// Some bytes in a row of one provenance; null if they are borrowed and may have been given.
  static final class Piece {
    final byte[] bytes;
    final @Nullable Provenance provenance;

    Piece(byte[] bytes, @Nullable Provenance provenance) {
      this.bytes = bytes;
      this.provenance = provenance;
    }

    Piece part(int from, int to) {
      return new Piece(Arrays.copyOfRange(bytes, from, to), provenance);
    }

    boolean fits(Provenance actual) {
      return provenance == null ? actual != Provenance.OWNED : actual == provenance;
    }
  }

  private static final int SLOTS = 32;

  final Pipe pipe;
  private final Deque<Piece> pieces = new ArrayDeque<>();

  Strand(FolioPool pool) {
    pipe = Pipe.open(pool, SLOTS);
  }

  /// Whether a few more ranges fit.
  boolean hasRoom() {
    return pipe.free() >= 6;
  }

  long size() {
    return pieces.stream().mapToLong(it -> it.bytes.length).sum();
  }

  /// Says that `bytes` were put at the end.
  void added(byte[] bytes, @Nullable Provenance provenance) {
    if (bytes.length > 0) {
      pieces.add(new Piece(bytes, provenance));
    }
  }

  /// Puts `ref` at the end. *Takes* it.
  void push(PageRef ref, byte[] bytes, Provenance provenance) throws IOException {
    assertThat(ref.length()).isEqualTo(bytes.length);
    pipe.push(ref);
    added(bytes, provenance);
  }

  /// Says that what is borrowed may be given from now on: slots are given whole.
  void maybeGiven() {
    Deque<Piece> all = left(size());
    while (!all.isEmpty()) {
      Piece last = all.removeLast();
      boolean isOwned = last.provenance == Provenance.OWNED;
      pieces.addFirst(isOwned ? last : new Piece(last.bytes, null));
    }
  }

  /// Says that the first `bytes` bytes left, and answers them as they should be.
  Deque<Piece> left(long bytes) {
    Deque<Piece> gone = new ArrayDeque<>();
    for (long rest = bytes; rest > 0; ) {
      Piece first = pieces.remove();
      int length = (int) Math.min(rest, first.bytes.length);
      gone.add(first.part(0, length));
      if (length < first.bytes.length) {
        pieces.addFirst(first.part(length, first.bytes.length));
      }
      rest -= length;
    }
    return gone;
  }

  /// The first `bytes` bytes as they should be; they stay.
  Deque<Piece> first(long bytes) {
    Deque<Piece> copy = new ArrayDeque<>(pieces);
    Deque<Piece> first = left(bytes);
    pieces.clear();
    pieces.addAll(copy);
    return first;
  }

  /// *Gives* the first range, having compared it: its bytes, and that it knows where they are from.
  PageRef poll() {
    PageRef ref = Objects.requireNonNull(pipe.poll(), "nothing is there");
    boolean isChecked = false;
    try {
      byte[] actual = ref.bytes().toArray(ValueLayout.JAVA_BYTE);
      int at = 0;
      for (Piece piece : left(ref.length())) {
        assertThat(piece.fits(ref.provenance()))
            .as("%s knows that it is %s", ref, piece.provenance)
            .isTrue();
        byte[] part = Arrays.copyOfRange(actual, at, at + piece.bytes.length);
        assertThat(Arrays.equals(part, piece.bytes)).as("bytes of %s from %d", ref, at).isTrue();
        at += part.length;
      }
      assertThat(ref.isWritable()).as("%s is frozen", ref).isFalse();
      isChecked = true;
      return ref;
    } finally {
      if (!isChecked) {
        ref.close();
      }
    }
  }

  static byte[] bytes(Deque<Piece> pieces) {
    byte[] all = new byte[pieces.stream().mapToInt(it -> it.bytes.length).sum()];
    int at = 0;
    for (Piece piece : pieces) {
      System.arraycopy(piece.bytes, 0, all, at, piece.bytes.length);
      at += piece.bytes.length;
    }
    return all;
  }

  @Override
  public void close() {
    pipe.close();
  }
}
