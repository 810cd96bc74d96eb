package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import ropewalk.iov.IovIter;
import ropewalk.linux.FileFlags;
import ropewalk.testkit.Gen;

/// What a random program does with the file itself: its size, its holes, its medium, its views, and
/// what strangers do to it.
abstract class CachedVerbs extends CachedModel {
  /// What the cache has at a time.
  static final int RUN = 65_536;

  private static final int PUNCH = FileFlags.FALLOC_FL_PUNCH_HOLE | FileFlags.FALLOC_FL_KEEP_SIZE;

  /// See [CachedModel].
  CachedVerbs(Gen gen, FileRoom room, Path path, MemorySegment workbench, EnumMap<Act, Long> acts)
      throws IOException {
    super(gen, room, path, workbench, acts);
  }

  /// Kept, like what is in pipes.
  void view() throws IOException {
    int at = offset();
    int length = length(at);
    note(Act.VIEW, "view(%d @%d)".formatted(length, at));
    View view = file().view(at, length);
    assertThat(view.length()).isEqualTo(part(at, length).length);
    keep(view, () -> bytes(view), at, view.length());
  }

  private static byte[] bytes(View view) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    view.segments().forEach(each -> all.writeBytes(each.toArray(ValueLayout.JAVA_BYTE)));
    return all.toByteArray();
  }

  // ---- sizes and holes

  void truncate() throws IOException {
    int to = gen.oneIn(3) ? offset() : gen.in(0, Math.min(SIZE_MAX, size + 50_000));
    note(Act.TRUNCATE, "truncate(%d)".formatted(to));
    writer().truncate(to);
    truncated(to);
  }

  /// Anything, and now and then whole runs: what the cache has of these is not kept.
  void punch() throws IOException {
    boolean isOfRuns = gen.oneIn(3);
    int at = isOfRuns ? gen.in(0, SIZE_MAX / RUN - 1) * RUN : offset();
    int length = isOfRuns ? Math.min(gen.in(1, 3) * RUN, SIZE_MAX - at) : Math.max(1, length(at));
    note(Act.PUNCH, "punch(%d @%d)".formatted(length, at));
    writer().punch(at, length);
    clear(at, length);
    assertThat(HOST.fallocate(twin, PUNCH, at, length)).isZero();
  }

  void preallocate() throws IOException {
    int at = offset();
    int length = Math.max(1, length(at));
    note(Act.PREALLOCATE, "preallocate(%d @%d)".formatted(length, at));
    cached().preallocate(at, length);
    size = Math.max(size, at + length);
    assertThat(HOST.fallocate(twin, 0, at, length)).isZero();
  }

  /// Within the file; the two ranges may overlap.
  void copyRange() throws IOException {
    int from = offset();
    int to = offset();
    int length = Math.min(length(from), SIZE_MAX - to);
    byte[] bytes = part(from, length);
    note(Act.COPY_RANGE, "copyRange(%d @%d to %d)".formatted(length, from, to));
    assertThat(writer().copyRange(file(), from, to, length, room.tally)).isEqualTo(bytes.length);
    wrote(to, bytes);
  }

  // ---- the medium, and strangers

  void flush() throws IOException {
    if (gen.bool()) {
      note(Act.FLUSH, "flush");
      cached().flush();
    } else {
      int at = offset();
      int length = length(at);
      note(Act.FLUSH, "flush(%d @%d)".formatted(length, at));
      cached().flush(at, length);
    }
  }

  void sync() throws IOException {
    note(Act.SYNC, "sync");
    cached().sync(gen.bool());
  }

  void revalidate() throws IOException {
    note(Act.REVALIDATE, "revalidate");
    cached().revalidate();
  }

  /// Somebody else writes, sets the size or punches a hole, and we look again.
  void strange() throws IOException {
    catchUp(); // what is written back later would hide what the stranger wrote
    int at = offset();
    switch (gen.in(0, 2)) {
      case 0 -> {
        byte[] bytes = fresh(Math.min(length(at), 20_000));
        note(Act.STRANGER, "stranger(%d @%d)".formatted(bytes.length, at));
        pwrite(stranger, at, bytes);
        wrote(at, bytes);
      }
      case 1 -> {
        note(Act.STRANGE_SIZE, "stranger truncates(%d)".formatted(at));
        assertThat(HOST.ftruncate(stranger, at)).isZero();
        truncated(at);
      }
      default -> {
        int length = Math.max(1, length(at));
        note(Act.STRANGE_HOLE, "stranger punches(%d @%d)".formatted(length, at));
        assertThat(HOST.fallocate(stranger, PUNCH, at, length)).isZero();
        assertThat(HOST.fallocate(twin, PUNCH, at, length)).isZero();
        clear(at, length);
      }
    }
    cached().revalidate();
  }

  /// What the cache has not written back is written back first.
  void readDirect() throws IOException {
    int at = offset();
    int length = length(at);
    note(Act.DIRECT_READ, "direct read(%d @%d)".formatted(length, at));
    if (direct != null) {
      byte[] got = new byte[length];
      long n = direct.read(IovIter.target(MemorySegment.ofArray(got)), at, room.tally);
      compare(Arrays.copyOf(got, (int) Math.max(n, 0)), part(at, length), at);
    }
  }

  /// What the cache has of it is dropped.
  void writeDirect() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    note(Act.DIRECT_WRITE, "direct write(%d @%d)".formatted(bytes.length, at));
    if (direct != null) {
      long n = direct.write(IovIter.source(MemorySegment.ofArray(bytes)), at, room.tally);
      assertThat(n).isEqualTo(bytes.length);
      wrote(at, bytes);
    }
  }

  void drop() {
    note(Act.DROP, "drop all that is cached");
    room.cache.drop();
  }
}
