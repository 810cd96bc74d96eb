package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// A cached file against a byte array and the real file, with loans held all the while, over both
/// engines and a kernel that is short and interrupted as often as it likes.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CachedFileProperties {
  private static final int SIZE_MAX = 300_000;

  /// What waits in a pipe, and what it was when it came there.
  private record Held(Pipe pipe, ByteBuffer bytes) {}

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void invariant4_isAnArrayAndAFileAndWhatWasLentStays(Engine.Choice choice) {
    Gen.check(
        25,
        gen -> {
          FaultySyscalls faulty =
              FaultySyscalls.over(HostSyscalls.host(), gen.seed())
                  .often(Fault.SHORT, gen.bool() ? 0.3 : 0)
                  .often(Fault.EINTR, 0.1);
          try (FileRoom room =
              new FileRoom(faulty.calls(), choice, 4 << 20, gen.pick(1, 4) * 65_536L)) {
            run(gen, room);
          }
        });
  }

  /// The same past the kernel's cache, or through either by turns.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void isTheSameOnDirectIo(Engine.Choice choice) {
    assumeDirect();
    Gen.check(
        25,
        gen -> {
          FaultySyscalls faulty =
              FaultySyscalls.over(HostSyscalls.host(), gen.seed())
                  .often(Fault.SHORT, gen.bool() ? 0.3 : 0)
                  .often(Fault.EINTR, 0.1);
          try (FileRoom room =
              new FileRoom(faulty.calls(), choice, 4 << 20, gen.pick(1, 4) * 65_536L)) {
            run(gen, room, CacheOption.DIRECT);
          }
        });
  }

  /// Needs a file system that has direct I/O.
  static void assumeDirect() {
    try (FileRoom room = new FileRoom();
        CachedFile _ =
            CachedFile.open(
                room.engine, room.cache, room.files.pattern("f", 1), CacheOption.DIRECT)) {
      assertThat(room.files.path("f")).exists();
    } catch (IOException e) {
      assumeFalse(String.valueOf(e.getMessage()).contains("refuses direct I/O"), e.toString());
      throw new UncheckedIOException(e);
    }
  }

  private static void run(Gen gen, FileRoom room, CacheOption... options) throws IOException {
    int size = (int) gen.edgy(0, SIZE_MAX);
    byte[] model = Pattern.bytes(0, size);
    Path path = room.files.pattern("f", size);
    List<Held> held = new ArrayList<>();
    CachedFile file = open(room, path, options);
    try {
      for (int i = 1; i <= 30; i++) {
        int at = (int) gen.edgy(0, SIZE_MAX);
        int length = (int) gen.edgy(0, 140_000);
        switch ((int) gen.below(7)) {
          case 0 -> {
            ByteBuffer got = ByteBuffer.allocate(length);
            file.read(got, at);
            assertThat(Arrays.copyOf(got.array(), got.position()))
                .isEqualTo(part(model, at, length));
          }
          case 1, 2 -> {
            Pipe pipe = Pipe.open(gen.in(1, 8));
            held.add(new Held(pipe, lend(room, file, pipe, model, at, length)));
          }
          case 3 -> model = written(model, at, write(file, i, at, length));
          case 4 -> model = written(model, at, splice(gen, room, file, i, at, length));
          case 5 -> {
            file.truncate(at);
            model = Arrays.copyOf(model, at);
          }
          default -> {
            if (gen.bool()) {
              file.close();
              file = gen.bool() ? open(room, path, options) : open(room, path);
            } else {
              assertThat(Files.readAllBytes(path)).isEqualTo(model);
            }
          }
        }
        assertThat(file.size()).isEqualTo(model.length);
      }
      assertThat(room.drained(file.from(0, Long.MAX_VALUE), Long.MAX_VALUE)).isEqualTo(model);
      assertThat(Files.readAllBytes(path)).isEqualTo(model);
      for (Held one : held) {
        assertThat(drain(one.pipe())).isEqualTo(one.bytes().array());
      }
    } finally {
      file.close();
      held.forEach(one -> one.pipe().close());
    }
  }

  private static CachedFile open(FileRoom room, Path path, CacheOption... options)
      throws IOException {
    List<OpenOption> all = new ArrayList<>(List.of(options));
    all.add(StandardOpenOption.READ);
    all.add(StandardOpenOption.WRITE);
    return CachedFile.open(room.engine, room.cache, path, all.toArray(OpenOption[]::new));
  }

  private static ByteBuffer lend(
      FileRoom room, CachedFile file, Pipe pipe, byte[] model, int at, int length)
      throws IOException {
    Source cursor = file.from(at, length);
    long lent = cursor.fill(pipe, Long.MAX_VALUE, room.tally);
    if (length == 0 || at >= model.length) {
      assertThat(lent).isEqualTo(Source.END);
      return ByteBuffer.allocate(0);
    }
    assertThat(lent).isPositive();
    return ByteBuffer.wrap(part(model, at, (int) lent));
  }

  private static byte[] write(CachedFile file, int i, int at, int length) throws IOException {
    byte[] fresh = Pattern.bytes(Pattern.version(i), length);
    assertThat(file.write(ByteBuffer.wrap(fresh), at)).isEqualTo(length);
    return fresh;
  }

  /// From a pipe whose slots are cut anywhere.
  private static byte[] splice(Gen gen, FileRoom room, CachedFile file, int i, int at, int length)
      throws IOException {
    byte[] fresh = Pattern.bytes(Pattern.version(i), length);
    try (Pipe pipe = Pipe.open(8)) {
      int from = 0;
      for (int part : gen.cuts(length, 8)) {
        pipe.push(room.page(Arrays.copyOfRange(fresh, from, from + part)));
        from += part;
      }
      var sink = file.to(at);
      while (pipe.bytes() > 0) {
        assertThat(sink.drain(pipe, gen.in(1, 100_000), true, room.tally)).isPositive();
      }
    }
    return fresh;
  }

  private static byte[] written(byte[] model, int at, byte[] fresh) {
    if (fresh.length == 0) {
      return model;
    }
    byte[] after = Arrays.copyOf(model, Math.max(model.length, at + fresh.length));
    System.arraycopy(fresh, 0, after, at, fresh.length);
    return after;
  }

  private static byte[] part(byte[] model, int at, int length) {
    int end = Math.min(model.length, at + length);
    return at >= end ? new byte[0] : Arrays.copyOfRange(model, at, end);
  }

  private static byte[] drain(Pipe pipe) {
    byte[] all = new byte[(int) pipe.bytes()];
    int at = 0;
    for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
      for (int i = 0; i < ref.length(); i++) {
        all[at++] = ref.bytes().get(java.lang.foreign.ValueLayout.JAVA_BYTE, i);
      }
      ref.close();
    }
    return all;
  }
}
