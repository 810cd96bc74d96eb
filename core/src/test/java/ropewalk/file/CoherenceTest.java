package ropewalk.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.Fcntl;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// One file, read and written through the cache and past it by turns: all see one file.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CoherenceTest {
  private static final int RUN = 1 << 16;
  private static final int SIZE = 5 * RUN + 123;

  @BeforeAll
  static void assumeDirect() throws IOException {
    CachedFileProperties.assumeDirect();
  }

  /// The two ways to one file.
  private record Both(FileRoom room, CachedFile cached, DirectFile direct)
      implements AutoCloseable {
    static Both open(FileRoom room, Engine engine, Path path, Writing writing) throws IOException {
      CachedFile cached =
          CachedFile.open(
              room.engine,
              room.cache,
              path,
              writing,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      DirectFile direct =
          DirectFile.open(
              engine,
              room.cache,
              path,
              DirectOptions.DEFAULT,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      return new Both(room, cached, direct);
    }

    byte[] readCached(int size) throws IOException {
      ByteBuffer target = ByteBuffer.allocate(size);
      int got = cached.read(target, 0);
      return Arrays.copyOf(target.array(), Math.max(got, 0));
    }

    byte[] readDirect(int size) throws IOException {
      ByteBuffer target = ByteBuffer.allocate(size);
      int got = direct.read(target, 0);
      return Arrays.copyOf(target.array(), got);
    }

    @Override
    public void close() throws IOException {
      direct.close();
      cached.close();
    }
  }

  private static ByteBuffer fresh(int version, int length) {
    return ByteBuffer.wrap(Pattern.bytes(Pattern.version(version), length));
  }

  @Test
  @DisplayName("R-52: a direct read sees what is cached and not written back")
  void directReadsSeeWhatIsDirty() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", SIZE);
      byte[] model = Pattern.bytes(0, SIZE);
      try (Both both = Both.open(room, room.engine, path, Writing.BACK)) {
        both.cached.write(fresh(1, 3_000), RUN - 1_000L);
        System.arraycopy(fresh(1, 3_000).array(), 0, model, RUN - 1_000, 3_000);
        assertThat(both.readDirect(SIZE)).isEqualTo(model);
        both.cached.write(fresh(2, 3_000), SIZE + 500L);
        model = Arrays.copyOf(model, SIZE + 3_500);
        System.arraycopy(fresh(2, 3_000).array(), 0, model, SIZE + 500, 3_000);
        assertThat(both.direct.size()).isEqualTo(model.length);
        assertThat(both.readDirect(2 * SIZE)).isEqualTo(model);
        both.cached.write(fresh(3, 10), 5);
        System.arraycopy(fresh(3, 10).array(), 0, model, 5, 10);
        assertThat(room.drained(both.direct.from(0, 2 * SIZE), Long.MAX_VALUE)).isEqualTo(model);
      }
    }
  }

  @Test
  @DisplayName("R-52: a direct write drops what is cached, and loans keep it")
  void cachedReadsSeeWhatWasWrittenDirectly() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", SIZE);
      try (Both both = Both.open(room, room.engine, path, Writing.THROUGH);
          Pipe pipe = Pipe.open(1)) {
        byte[] model = Pattern.bytes(0, SIZE);
        assertThat(both.readCached(SIZE)).isEqualTo(model);
        both.cached.from(RUN, 100).fill(pipe, 100, room.tally);
        both.direct.write(fresh(1, 2 * RUN), RUN / 2);
        System.arraycopy(fresh(1, 2 * RUN).array(), 0, model, RUN / 2, 2 * RUN);
        assertThat(both.readCached(SIZE)).isEqualTo(model);
        try (PageRef lent = Objects.requireNonNull(pipe.poll())) {
          assertThat(lent.bytes().toArray(JAVA_BYTE)).isEqualTo(Pattern.bytes(RUN, 100));
        }
        assertThat(both.direct.append(IovIter.source(MemorySegment.ofBuffer(fresh(2, 777)))))
            .isEqualTo(new Appended(SIZE, 777));
        assertThat(both.cached.size()).isEqualTo(SIZE + 777);
        both.direct.truncate(RUN + 10);
        assertThat(both.cached.size()).isEqualTo(RUN + 10);
        assertThat(both.readCached(SIZE)).isEqualTo(Arrays.copyOf(model, RUN + 10));
        both.direct.truncate(RUN + 20);
        assertThat(both.readCached(SIZE))
            .isEqualTo(Arrays.copyOf(Arrays.copyOf(model, RUN + 10), RUN + 20));
      }
    }
  }

  @Test
  @DisplayName("R-52: what can't be dropped, because it is dirty again, is an error of the write")
  void whatIsDirtyAgainIsReported() throws Exception {
    AtomicReference<@Nullable CachedFile> other = new AtomicReference<>();
    Syscalls calls =
        FakeKernel.before(
            "pwritev2",
            arguments -> {
              int mode = HostSyscalls.host().fcntl((int) arguments[0], Fcntl.F_GETFL, 0);
              CachedFile cached = other.getAndSet(null);
              if (cached != null && (mode & Open.O_DIRECT) != 0) {
                cached.write(fresh(2, 10), 100);
              }
              return null;
            });
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(calls, Engine.Choice.EPOLL)) {
      Path path = room.files.pattern("f", SIZE);
      try (Both both = Both.open(room, engine, path, Writing.BACK)) {
        assertThat(both.readCached(SIZE)).isEqualTo(Pattern.bytes(0, SIZE));
        other.set(both.cached);
        assertThatThrownBy(() -> both.direct.write(fresh(1, 4096), 0))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("newer bytes");
        byte[] model = Pattern.bytes(0, SIZE);
        System.arraycopy(fresh(1, 4096).array(), 0, model, 0, 4096);
        // Written all the same; and then the cached bytes over it.
        both.cached.flush();
        System.arraycopy(fresh(2, 10).array(), 0, model, 100, 10);
        assertThat(Arrays.copyOfRange(Files.readAllBytes(path), 100, 110))
            .isEqualTo(fresh(2, 10).array());
        assertThat(both.readDirect(SIZE)).isEqualTo(Files.readAllBytes(path));
      }
    }
  }

  @Test
  @DisplayName("R-52: what is being read into the cache beside a direct write does not stay")
  void aReadUnderWayIsNotKept() throws Exception {
    AtomicReference<@Nullable Runnable> between = new AtomicReference<>();
    AtomicBoolean isDone = new AtomicBoolean();
    Syscalls calls =
        FakeKernel.after(
            "preadv2",
            (_, _) -> {
              Runnable task = between.getAndSet(null);
              if (task != null) {
                task.run();
                isDone.set(true);
              }
            });
    try (FileRoom room = new FileRoom();
        Engine slow = Engine.open(calls, Engine.Choice.EPOLL)) {
      Path path = room.files.pattern("f", SIZE);
      try (DirectFile direct =
              DirectFile.open(
                  room.engine,
                  room.cache,
                  path,
                  DirectOptions.DEFAULT,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          CachedFile cached = CachedFile.open(slow, room.cache, path, CacheOption.UNGUARDED)) {
        // A lane waits for nobody: the old bytes are in the fetch's hands while it writes.
        between.set(() -> writeByLane(direct, fresh(1, RUN)));
        ByteBuffer first = ByteBuffer.allocate(RUN);
        assertThat(cached.read(first, 0)).isEqualTo(RUN);
        assertThat(isDone).isTrue();
        ByteBuffer again = ByteBuffer.allocate(RUN);
        assertThat(cached.read(again, 0)).isEqualTo(RUN);
        assertThat(again.array()).isEqualTo(fresh(1, RUN).array());
      }
    }
  }

  private static void writeByLane(DirectFile direct, ByteBuffer bytes) {
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (DirectIo io = direct.io(1)) {
                    io.write(0, IovIter.source(MemorySegment.ofBuffer(bytes)), 0);
                    io.await(1, Engine.FOREVER);
                    assertThat(io.next()).isTrue();
                    assertThat(io.result()).isEqualTo(bytes.capacity());
                    assertThat(io.failure()).isNull();
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("R-46: a hole is none where the cache has bytes that are not written back")
  void dirtyBytesInAHoleAreNoHole() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.sparse("f", SIZE);
      try (Both both = Both.open(room, room.engine, path, Writing.BACK)) {
        assertThat(both.readDirect(SIZE)).isEqualTo(new byte[SIZE]);
        both.cached.write(fresh(1, 100), 2 * RUN);
        assertThat(room.drained(both.direct.from(2 * RUN, 100), Long.MAX_VALUE))
            .isEqualTo(fresh(1, 100).array());
      }
    }
  }

  @Test
  @DisplayName("R-48: a buffer that is the same file's cached page: no deadlock, right bytes")
  void theBufferIsAPageOfTheSameFile() throws Exception {
    for (Writing writing : List.of(Writing.THROUGH, Writing.BACK)) {
      try (FileRoom room = new FileRoom()) {
        Path path = room.files.pattern("f", 4 * RUN);
        byte[] model = Pattern.bytes(0, 4 * RUN);
        try (Both both = Both.open(room, room.engine, path, writing);
            Pipe pipe = Pipe.open(4)) {
          // Onto itself, half a run further, and by the cache.
          for (int to : new int[] {RUN, RUN / 2, 3 * RUN}) {
            both.cached.from(RUN, RUN).fill(pipe, RUN, room.tally);
            try (PageRef lent = Objects.requireNonNull(pipe.poll())) {
              byte[] bytes = lent.bytes().toArray(JAVA_BYTE);
              assertThat(bytes).isEqualTo(Arrays.copyOfRange(model, RUN, 2 * RUN));
              assertThat(both.direct.write(IovIter.source(List.of(lent)), to)).isEqualTo(RUN);
              System.arraycopy(bytes, 0, model, to, RUN);
              assertThat(both.readCached(4 * RUN)).isEqualTo(model);
              assertThat(both.cached.write(IovIter.source(List.of(lent)), to + 100, room.tally))
                  .isEqualTo(RUN);
              model = Arrays.copyOf(model, Math.max(model.length, to + 100 + RUN));
              System.arraycopy(bytes, 0, model, to + 100, RUN);
              assertThat(both.readDirect(5 * RUN)).isEqualTo(model);
              model = Arrays.copyOf(model, 4 * RUN);
              both.direct.truncate(4 * RUN);
            }
          }
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(model);
      }
    }
  }

  /// Anything by either way, one after the other, is an array of bytes.
  @Test
  @DisplayName("R-52: random programs on both ways to one file")
  void isAnArrayOnBothWays() {
    Gen.check(
        40,
        gen -> {
          try (FileRoom room = new FileRoom()) {
            int size = (int) gen.edgy(0, SIZE);
            Path path = room.files.pattern("f", size);
            byte[] model = Pattern.bytes(0, size);
            Writing writing = gen.pick(Writing.THROUGH, Writing.BACK);
            try (Both both = Both.open(room, room.engine, path, writing)) {
              for (int i = 1; i <= 30; i++) {
                model = step(gen, both, model, i);
                assertThat(both.cached.size()).isEqualTo(model.length);
                assertThat(both.direct.size()).isEqualTo(model.length);
              }
              same("directly at the end", both.readDirect(model.length + 9), model);
              same("cached at the end", both.readCached(model.length + 9), model);
            }
            same("by another program", Files.readAllBytes(path), model);
          }
        });
  }

  private static void same(String what, byte[] found, byte[] model) {
    assertThat(found).as(what).hasSameSizeAs(model);
    assertThat(Arrays.mismatch(found, model)).as("%s: first wrong byte", what).isNegative();
  }

  private static byte[] step(Gen gen, Both both, byte[] model, int version) throws IOException {
    int at = (int) gen.edgy(0, SIZE);
    int length = (int) gen.edgy(0, 2 * RUN);
    switch ((int) gen.below(7)) {
      case 0 ->
          same("cached", both.readCached(at), Arrays.copyOf(model, Math.min(at, model.length)));
      case 1 ->
          same("directly", both.readDirect(at), Arrays.copyOf(model, Math.min(at, model.length)));
      case 2 -> {
        both.cached.write(fresh(version, length), at);
        return written(model, at, fresh(version, length).array());
      }
      case 3 -> {
        both.direct.write(fresh(version, length), at);
        return written(model, at, fresh(version, length).array());
      }
      case 4 -> {
        both.direct.append(IovIter.source(MemorySegment.ofBuffer(fresh(version, length))));
        return written(model, model.length, fresh(version, length).array());
      }
      case 5 -> {
        if (gen.bool()) {
          both.cached.truncate(at);
        } else {
          both.direct.truncate(at);
        }
        return Arrays.copyOf(model, at);
      }
      default ->
          same(
              "by pages",
              both.room.drained(both.direct.from(at, length), Long.MAX_VALUE),
              Arrays.copyOfRange(
                  model, Math.min(at, model.length), Math.min(at + length, model.length)));
    }
    return model;
  }

  private static byte[] written(byte[] model, int at, byte[] fresh) {
    if (fresh.length == 0) {
      return model;
    }
    byte[] after = Arrays.copyOf(model, Math.max(model.length, at + fresh.length));
    System.arraycopy(fresh, 0, after, at, fresh.length);
    return after;
  }
}
