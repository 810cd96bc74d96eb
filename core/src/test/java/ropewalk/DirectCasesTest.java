package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.engine.Engine;
import ropewalk.file.Appended;
import ropewalk.file.DirectFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Operand;
import ropewalk.splice.Verbs;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Bugs that others had with direct I/O, by their number in the contract, on a real file.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectCasesTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;

  private static Ropewalk walk(Syscalls syscalls, Engine.Choice engine) throws IOException {
    return Ropewalk.builder()
        .syscalls(syscalls)
        .engine(engine)
        .cacheBytes(4 << 20)
        .plan(PoolPlan.of(16 << 20, 8 << 20))
        .open();
  }

  private static Ropewalk walk() throws IOException {
    return walk(HostSyscalls.host(), Engine.Choice.AUTO);
  }

  private Path file(int bytes) throws IOException {
    return Files.write(folder.resolve("f"), Pattern.bytes(0, bytes));
  }

  private static DirectFile open(Ropewalk walk, Path path) throws IOException {
    return walk.direct(
        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Test
  @DisplayName("R-39: vmsplice, a pipe, a direct write: any slots make progress, in few large I/Os")
  void pipeIntoADirectFile() throws Exception {
    Gen.check(
        6,
        gen -> {
          int total = gen.in(1, 900_000);
          byte[] bytes = Pattern.bytes(0, total);
          Path path = folder.resolve("f" + gen.seed());
          try (Ropewalk walk = walk();
              DirectFile file = open(walk, path);
              Pipe pipe = walk.pipe(1024);
              Verbs verbs = new Verbs(walk.pool())) {
            Operand end = Operand.of(PipeEnd.ofSource(pipe, 0));
            int at = 0;
            int drains = 0;
            while (at < total || pipe.bytes() > 0) {
              while (at < total && pipe.free() > 2) { // small segments, each in slots of its own
                int n = Math.min(total - at, gen.pick(1, 3, 700, PAGE));
                IovIter memory = IovIter.source(MemorySegment.ofArray(bytes).asSlice(at, n));
                assertThat(verbs.vmsplice(end, memory, 0)).isPositive();
                at += (int) memory.position();
              }
              long more = pipe.bytes();
              assertThat(file.drain(pipe, more, at < total, new Tally())).isEqualTo(more);
              drains++;
            }
            file.finish();
            assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
            // What is gathered out of small slots is 200 KiB at least; the last block is read
            // first.
            assertThat(file.stats().issued())
                .isLessThanOrEqualTo(2L * drains + total / (200 << 10) + 3);
          }
        });
  }

  @Test
  @DisplayName("R-40: a thousand pages are one I/O, and one that is cut short goes on where it was")
  void manySegments() throws Exception {
    FaultySyscalls faulty = FaultySyscalls.over(HostSyscalls.host(), 1);
    Path path = folder.resolve("f");
    try (Ropewalk walk = walk(faulty.calls(), Engine.Choice.EPOLL)) {
      List<PageRef> pages = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        PageRef page = walk.pool().take(PAGE, FolioClass.RING);
        Pattern.fill(page.target(), (long) i * PAGE);
        page.publish(PAGE);
        pages.add(page);
      }
      byte[] wanted = Pattern.bytes(0, 256 * PAGE);
      try (DirectFile file = open(walk, path)) {
        assertThat(file.write(IovIter.source(pages), 0)).isEqualTo(256 * PAGE);
        assertThat(file.stats().issued()).isEqualTo(1);
        assertThat(file.stats().bounced()).isZero();
        file.truncate(0);
        faulty.fail(Fault.SHORT, "pwritev2", 1);
        assertThat(file.write(IovIter.source(pages), 0)).isEqualTo(256 * PAGE);
        assertThat(Files.readAllBytes(path)).isEqualTo(wanted);
        file.truncate(0);
        faulty.fail(Fault.SHORT, "pwritev2", 1).fail(Fault.ENOSPC, "pwritev2", 1);
        IovIter iter = IovIter.source(pages);
        long written = file.write(iter, 0);
        assertThat(written).isBetween(1L, 256L * PAGE - 1);
        assertThat(iter.position()).isEqualTo(written);
        assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(wanted, (int) written));
      }
      pages.forEach(PageRef::close);
    }
  }

  @Test
  @DisplayName("R-46: a hole is looked at again under the claim: who filled it meanwhile is seen")
  void aHoleIsRevalidated() throws Exception {
    AtomicReference<@Nullable Runnable> meanwhile = new AtomicReference<>();
    Syscalls kernel =
        Otherwise.host(
            (name, arguments) -> {
              boolean isLook = name.equals("lseek") && arguments[2].equals(FileFlags.SEEK_DATA);
              Runnable todo = isLook ? meanwhile.getAndSet(null) : null;
              if (todo == null) {
                return null;
              }
              long answer =
                  HostSyscalls.host()
                      .lseek((int) arguments[0], (long) arguments[1], (int) arguments[2]);
              todo.run(); // after the look, before it is used
              return answer;
            });
    Path path = folder.resolve("f");
    try (Ropewalk walk = walk(kernel, Engine.Choice.EPOLL);
        DirectFile file = open(walk, path)) {
      for (boolean isFill : new boolean[] {false, true}) {
        file.truncate(0);
        file.truncate(8 * PAGE);
        byte[] fresh = Pattern.bytes(0, 2 * PAGE);
        meanwhile.set(
            () -> {
              try {
                file.write(MemorySegment.ofArray(fresh), PAGE);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
        byte[] got = new byte[2 * PAGE];
        if (isFill) {
          try (Pipe pipe = walk.pipe(4)) {
            file.from(PAGE, 2 * PAGE).fill(pipe, 2 * PAGE, new Tally());
            pipe.read(IovIter.target(MemorySegment.ofArray(got)), 0, Pipe.FOREVER, new Tally());
          }
        } else {
          assertThat(file.read(MemorySegment.ofArray(got), PAGE)).isEqualTo(2 * PAGE);
        }
        assertThat(meanwhile.get()).as("looked").isNull();
        assertThat(got).isEqualTo(fresh);
      }
    }
  }

  @Test
  @DisplayName("R-46: an append looks for the end again under the claim")
  void anAppendIsRevalidated() throws Exception {
    AtomicReference<@Nullable Runnable> meanwhile = new AtomicReference<>();
    Syscalls kernel =
        Otherwise.host(
            (name, arguments) -> {
              Runnable todo = name.equals("statx") ? meanwhile.getAndSet(null) : null;
              if (todo == null) {
                return null;
              }
              long answer =
                  HostSyscalls.host()
                      .statx(
                          (int) arguments[0],
                          (String) arguments[1],
                          (int) arguments[2],
                          (int) arguments[3],
                          (long) arguments[4]);
              todo.run();
              return answer;
            });
    Path path = folder.resolve("f");
    try (Ropewalk walk = walk(kernel, Engine.Choice.EPOLL);
        DirectFile file = open(walk, path)) {
      byte[] first = Pattern.bytes(0, 700);
      meanwhile.set(
          () -> {
            try {
              file.append(IovIter.source(MemorySegment.ofArray(first)));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      byte[] second = Pattern.bytes(700, 900);
      assertThat(file.append(IovIter.source(MemorySegment.ofArray(second))))
          .isEqualTo(new Appended(700, 900));
      assertThat(Files.readAllBytes(path)).isEqualTo(Pattern.bytes(0, 1600));
    }
  }

  @Test
  @DisplayName("R-48: pages of the same file are written into it: it ends, with the right bytes")
  void pagesOfTheSameFile() throws Exception {
    int size = 20 * PAGE + 100;
    Path path = file(size);
    byte[] wanted = Pattern.bytes(0, size);
    try (Ropewalk walk = walk();
        DirectFile file = open(walk, path)) {
      // Pages of our cache of it, on loan, in whole blocks and askew.
      for (int to : new int[] {8 * PAGE, 3 * PAGE + 77}) {
        try (var cached = walk.file(path)) {
          cached.revalidate();
          walk.move(cached.from(0, 5 * PAGE), file.to(to), MoveOptions.DEFAULT);
        }
        byte[] before = wanted.clone();
        System.arraycopy(before, 0, wanted, to, 5 * PAGE);
        assertThat(Files.readAllBytes(path)).isEqualTo(wanted);
      }
      // Its own pages, read directly, behind its end: what is read ends where it ended.
      walk.move(file.from(100, 4 * PAGE), file.to(size), MoveOptions.DEFAULT);
      byte[] longer = Arrays.copyOf(wanted, size + 4 * PAGE);
      System.arraycopy(wanted, 100, longer, size, 4 * PAGE);
      assertThat(Files.readAllBytes(path)).isEqualTo(longer);
    }
  }

  @Test
  @DisplayName("R-48: memory that is gone in the middle is a short write, and the size is right")
  void memoryIsGoneInTheMiddle() throws Exception {
    for (int good : new int[] {100, PAGE, PAGE + 512, 3 * PAGE + 1}) {
      Path path = folder.resolve("f" + good);
      try (Ropewalk walk = walk();
          DirectFile file = open(walk, path)) {
        for (int start : new int[] {0, 300}) {
          file.truncate(0);
          file.write(MemorySegment.ofArray(Pattern.bytes(Pattern.version(1), start)), 0);
          Arena arena = Arena.ofShared();
          MemorySegment gone = arena.allocate(2 * PAGE);
          byte[] bytes = Pattern.bytes(start, good);
          IovIter iter = IovIter.source(MemorySegment.ofArray(bytes), gone);
          arena.close();
          long written = -1;
          try {
            written = file.append(iter).bytes();
          } catch (IOException | IllegalStateException e) {
            assertThat(file.size()).as("nothing was written: %s", e).isEqualTo(start);
          }
          if (written >= 0) {
            assertThat(written).isBetween(1L, (long) good);
            assertThat(file.size()).isEqualTo(start + written);
            byte[] got = Files.readAllBytes(path);
            Pattern.verify(Arrays.copyOfRange(got, start, got.length), start);
          }
          assertThat(iter.position()).isEqualTo(Math.max(0, written));
        }
      }
    }
  }

  @Test
  @DisplayName("R-48: the end of the file is behind the last byte, wherever a write ends")
  void theSizeIsRight() throws Exception {
    Path path = folder.resolve("f");
    try (Ropewalk walk = walk();
        DirectFile file = open(walk, path)) {
      long size = 0;
      for (int length : new int[] {1, 511, 512, 513, 4095, 4096, 4097, 70_001}) {
        file.append(IovIter.source(MemorySegment.ofArray(Pattern.bytes(size, length))));
        size += length;
        assertThat(file.size()).isEqualTo(size);
        assertThat(Files.size(path)).isEqualTo(size);
      }
      Pattern.verify(Files.readAllBytes(path), 0);
    }
  }

  @Test
  @DisplayName("R-54: a write that fails takes the iterator back to where it began, not further")
  void neverBeyondTheStart() throws Exception {
    FaultySyscalls faulty = FaultySyscalls.over(HostSyscalls.host(), 1);
    try (Ropewalk walk = walk(faulty.calls(), Engine.Choice.EPOLL);
        DirectFile file = open(walk, folder.resolve("f"))) {
      byte[] bytes = Pattern.bytes(0, 10_000);
      for (int at : new int[] {0, 100}) {
        IovIter iter = IovIter.source(MemorySegment.ofArray(bytes));
        iter.advance(1808); // 8192 are left
        faulty.fail(Fault.EIO, "pwritev2", 1);
        assertThatThrownBy(() -> file.write(iter, at)).hasMessageContaining("EIO");
        assertThat(iter.position()).isEqualTo(1808);
        assertThat(file.write(iter, at)).isEqualTo(8192);
        iter.revert(8192 + 1808);
        assertThatThrownBy(() -> iter.revert(1)).hasMessageContaining("beyond the start");
      }
    }
  }
}
