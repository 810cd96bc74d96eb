package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.bio.BioLimits;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// A direct file against a byte array and the real file: any offset, any length, memory of any
/// shape, holes, appends, truncates, pipes; over both engines, on platform and virtual threads, and
/// a kernel that is short and interrupted as often as it likes.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectFileProperties {
  private static final int SIZE_MAX = 300_000;

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void isAnArrayAndAFile(Engine.Choice choice) {
    Gen.check(
        25,
        gen -> {
          FaultySyscalls faulty =
              FaultySyscalls.over(HostSyscalls.host(), gen.seed())
                  .often(Fault.SHORT, gen.bool() ? 0.3 : 0)
                  .often(Fault.EINTR, 0.1);
          try (FileRoom room = new FileRoom(faulty.calls(), choice, 8 << 20, 1 << 20)) {
            if (gen.bool()) {
              run(gen, room);
            } else {
              virtually(() -> run(gen, room));
            }
          }
        });
  }

  /// Something that may fail.
  interface Work {
    void run() throws Exception;
  }

  static void virtually(Work work) throws Exception {
    Throwable[] thrown = new Throwable[1];
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    work.run();
                  } catch (Throwable e) {
                    thrown[0] = e;
                  }
                });
    thread.join();
    if (thrown[0] instanceof Exception e) {
      throw e;
    }
    if (thrown[0] instanceof Error e) {
      throw e;
    }
  }

  private static void run(Gen gen, FileRoom room) throws IOException {
    int size = (int) gen.edgy(0, SIZE_MAX);
    byte[] model = Pattern.bytes(0, size);
    Path path = room.files.pattern("f", size);
    DirectOptions options =
        DirectOptions.DEFAULT
            .withDepth(gen.pick(1, 3, 1023))
            .withLimits(
                new BioLimits(gen.pick(1, 5000, 65_536, 1 << 20), gen.pick(1, 3, 1024), 0)
                    .withBoundary(gen.pick(0, 16_384)));
    try (DirectFile file =
        DirectFile.open(
            room.engine,
            room.pool,
            path,
            options,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      for (int i = 1; i <= 30; i++) {
        int at = (int) gen.edgy(0, SIZE_MAX);
        int length = (int) gen.edgy(0, 140_000);
        if (gen.oneIn(3)) { // whole blocks
          at &= -4096;
          length &= -4096;
        }
        byte[] fresh = Pattern.bytes(Pattern.version(i), length);
        switch ((int) gen.below(8)) {
          case 0 -> {
            byte[] got = new byte[length];
            long n = file.read(MemorySegment.ofArray(got), at);
            assertThat(Arrays.copyOf(got, (int) n)).isEqualTo(part(model, at, length));
          }
          case 1 -> readPages(gen, room, file, model, at, length);
          case 2 -> {
            assertThat(file.write(MemorySegment.ofArray(fresh), at)).isEqualTo(length);
            model = written(model, at, fresh);
          }
          case 3 -> {
            writePages(gen, room, file, at, fresh);
            model = written(model, at, fresh);
          }
          case 4 -> {
            splice(gen, room, file, at, fresh);
            model = written(model, at, fresh);
          }
          case 5 -> {
            Appended appended = file.append(IovIter.source(MemorySegment.ofArray(fresh)));
            assertThat(appended).isEqualTo(new Appended(model.length, length));
            model = written(model, model.length, fresh);
          }
          case 6 -> {
            file.truncate(at);
            model = Arrays.copyOf(model, at);
          }
          default ->
              assertThat(room.drained(file.from(at, length), gen.in(1, 200_000)))
                  .isEqualTo(part(model, at, length));
        }
        assertThat(file.size())
            .as("size after step %s, at=%s, length=%s", i, at, length)
            .isEqualTo(model.length);
      }
      assertThat(room.drained(file.from(0, Long.MAX_VALUE), Long.MAX_VALUE)).isEqualTo(model);
      assertThat(Files.readAllBytes(path)).isEqualTo(model);
      assertThat(file.stats().inFlight()).isZero();
    }
  }

  /// Into pages of the pool, at odd and even places.
  private static void readPages(
      Gen gen, FileRoom room, DirectFile file, byte[] model, int at, int length)
      throws IOException {
    List<PageRef> pages = new ArrayList<>();
    for (int part : gen.cuts(length, 5)) {
      pages.addAll(pages(gen, room, part));
    }
    long n = file.read(IovIter.target(pages), at);
    byte[] wanted = part(model, at, length);
    assertThat(n).isEqualTo(wanted.length);
    int seen = 0;
    for (PageRef page : pages) {
      for (int i = 0; i < page.length() && seen < n; i++, seen++) {
        assertThat(page.target().get(java.lang.foreign.ValueLayout.JAVA_BYTE, i))
            .isEqualTo(wanted[seen]);
      }
      page.close();
    }
  }

  private static void writePages(Gen gen, FileRoom room, DirectFile file, int at, byte[] fresh)
      throws IOException {
    List<PageRef> pages = new ArrayList<>();
    int from = 0;
    for (int part : gen.cuts(fresh.length, 5)) {
      for (PageRef page : pages(gen, room, part)) {
        MemorySegment.copy(MemorySegment.ofArray(fresh), from, page.target(), 0, page.length());
        from += page.length();
        page.publish(page.length());
        pages.add(page);
      }
    }
    assertThat(file.write(IovIter.source(pages), at)).isEqualTo(fresh.length);
    pages.forEach(PageRef::close);
  }

  /// Writable ranges of `length` bytes in all.
  private static List<PageRef> pages(Gen gen, FileRoom room, int length) throws IOException {
    List<PageRef> pages = new ArrayList<>();
    int skew = gen.pick(0, 0, 512, 7);
    for (int left = length; left > 0; ) {
      PageRef page = room.pool.take(Math.min(left + skew, 64 << 10), FolioClass.RING);
      page.skip(skew);
      page.trim(Math.min(page.length(), left));
      left -= page.length();
      pages.add(page);
    }
    return pages;
  }

  /// From a pipe whose slots are cut anywhere.
  private static void splice(Gen gen, FileRoom room, DirectFile file, int at, byte[] fresh)
      throws IOException {
    try (Pipe pipe = Pipe.open(8);
        var sink = file.to(at)) {
      int from = 0;
      for (int part : gen.cuts(fresh.length, 8)) {
        pipe.push(room.page(Arrays.copyOfRange(fresh, from, from + part)));
        from += part;
      }
      while (pipe.bytes() > 0) {
        assertThat(sink.drain(pipe, gen.in(1, 100_000), gen.bool(), room.tally)).isPositive();
      }
      sink.finish();
    }
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
}
