package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// All verbs of a paged file against a byte array, in memory and on a file system in each way of
/// writing, with views open all the while.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PagedFileProperties {
  private static final int RUN = 65_536;
  private static final int SIZE_MAX = 6 * RUN;

  /// What is looked at, and what it was when it was opened.
  private record Seen(View view, ByteBuffer bytes) {}

  @ParameterizedTest
  @ValueSource(strings = {"MEMORY", "THROUGH", "BACK", "SYNC"})
  void isAnArrayAndWhatIsLookedAtStays(String kind) {
    Gen.check(
        25,
        gen -> {
          long cacheBytes = gen.pick(2L, 16L) * RUN;
          try (FileRoom room =
              new FileRoom(HostSyscalls.host(), Engine.Choice.AUTO, 8 << 20, cacheBytes)) {
            @Nullable Path path = kind.equals("MEMORY") ? null : room.files.pattern("f", 0);
            List<Seen> seen = new ArrayList<>();
            byte[] model;
            try (PagedFile file = open(room, kind, path)) {
              model = run(gen, room, file, seen);
            } finally {
              seen.forEach(one -> one.view().close());
            }
            if (path != null) {
              assertThat(Files.readAllBytes(path)).isEqualTo(model);
            }
          }
        });
  }

  private static PagedFile open(FileRoom room, String kind, @Nullable Path path)
      throws IOException {
    return path == null
        ? MemFile.open(room.cache, 8 << 20)
        : CachedFile.open(
            room.engine,
            room.cache,
            path,
            Writing.valueOf(kind),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  private static byte[] run(Gen gen, FileRoom room, PagedFile file, List<Seen> seen)
      throws IOException {
    byte[] model = new byte[0];
    for (int i = 1; i <= 40; i++) {
      model = step(gen, room, file, seen, model, i);
      assertThat(file.size()).isEqualTo(model.length);
      for (Seen one : seen) {
        assertThat(bytes(one.view())).isEqualTo(one.bytes().array());
      }
      if (gen.oneIn(4)) {
        room.cache.drop();
      }
    }
    ByteBuffer all = ByteBuffer.allocate(model.length + 1);
    file.read(all, 0);
    assertThat(Arrays.copyOf(all.array(), all.position())).isEqualTo(model);
    return model;
  }

  private static byte[] step(
      Gen gen, FileRoom room, PagedFile file, List<Seen> seen, byte[] model, int i)
      throws IOException {
    int at = gen.bool() ? gen.in(0, 5) * RUN : (int) gen.edgy(0, SIZE_MAX);
    int length = gen.bool() ? gen.in(1, 3) * RUN : (int) gen.edgy(1, 2 * RUN);
    switch ((int) gen.below(9)) {
      case 0 -> {
        byte[] fresh = Pattern.bytes(Pattern.version(i), length);
        assertThat(file.write(MemorySegment.ofArray(fresh), at)).isEqualTo(length);
        return written(model, at, fresh);
      }
      case 1, 2 -> {
        PageRef page = room.pool.take(length, gen.pick(FolioClass.values()));
        page.trim(length);
        Pattern.fill(page.target(), Pattern.version(i));
        page.publish(length);
        assertThat(file.give(page, at, room.tally)).isEqualTo(length);
        return written(model, at, Pattern.bytes(Pattern.version(i), length));
      }
      case 3, 4 -> {
        file.punch(at, length);
        if (at < model.length) {
          byte[] after = model.clone();
          Arrays.fill(after, at, Math.min(at + length, after.length), (byte) 0);
          return after;
        }
      }
      case 5 -> {
        file.truncate(at);
        return Arrays.copyOf(model, at);
      }
      case 6 -> {
        int from = (int) gen.edgy(0, SIZE_MAX);
        byte[] part = part(model, from, length);
        assertThat(file.copyRange(file, from, at, length, new Tally())).isEqualTo(part.length);
        return part.length == 0 ? model : written(model, at, part);
      }
      case 7 -> {
        View view = file.view(at, length);
        byte[] bytes = part(model, at, length);
        assertThat(view.length()).isEqualTo(bytes.length);
        seen.add(new Seen(view, ByteBuffer.wrap(bytes)));
      }
      default -> {
        try (SeekableByteChannel channel = file.channel()) {
          ByteBuffer got = ByteBuffer.allocate(length);
          channel.position(at).read(got);
          assertThat(Arrays.copyOf(got.array(), got.position())).isEqualTo(part(model, at, length));
        }
        if (file instanceof CachedFile cached && gen.bool()) {
          cached.preallocate(at, length);
          return Arrays.copyOf(model, Math.max(model.length, at + length));
        }
      }
    }
    return model;
  }

  private static byte[] bytes(View view) {
    byte[] all = new byte[(int) view.length()];
    int at = 0;
    for (MemorySegment segment : view.segments()) {
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, all, at, (int) segment.byteSize());
      at += (int) segment.byteSize();
    }
    return all;
  }

  private static byte[] written(byte[] model, int at, byte[] fresh) {
    byte[] after = Arrays.copyOf(model, Math.max(model.length, at + fresh.length));
    System.arraycopy(fresh, 0, after, at, fresh.length);
    return after;
  }

  private static byte[] part(byte[] model, int at, int length) {
    int end = Math.min(model.length, at + length);
    return at >= end ? new byte[0] : Arrays.copyOfRange(model, at, end);
  }
}
