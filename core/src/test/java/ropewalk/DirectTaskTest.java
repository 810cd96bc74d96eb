package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.file.DirectFile;
import ropewalk.file.DirectIo;
import ropewalk.file.DirectTask;
import ropewalk.iov.IovIter;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Many callers of one direct file: tasks, cancels, teardown under load. What is left in the pool
/// and in descriptors the audit counts after each test.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectTaskTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;

  private static Ropewalk walk(Syscalls syscalls, Engine.Choice engine) throws IOException {
    return Ropewalk.builder()
        .syscalls(syscalls)
        .engine(engine)
        .cacheBytes(1 << 20)
        .plan(PoolPlan.of(16 << 20, 2 << 20))
        .open();
  }

  private DirectFile open(Ropewalk walk) throws IOException {
    return walk.direct(
        folder.resolve("f"),
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.CREATE);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void tasksGoOnBesideTheCaller(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(HostSyscalls.host(), choice);
        DirectFile file = open(walk)) {
      List<DirectTask> tasks = new ArrayList<>();
      int strip = 10_001; // neighbours share blocks
      for (int i = 0; i < 32; i++) {
        byte[] bytes = Pattern.bytes((long) i * strip, strip);
        tasks.add(file.writeAsync(IovIter.source(MemorySegment.ofArray(bytes)), (long) i * strip));
      }
      for (DirectTask task : tasks) {
        assertThat(task.join()).isEqualTo(strip);
        assertThat(task.isDone()).isTrue();
      }
      Pattern.verify(Files.readAllBytes(folder.resolve("f")), 0);
      assertThat(file.size()).isEqualTo(32L * strip);
      byte[][] got = new byte[32][strip];
      tasks.clear();
      for (int i = 0; i < 32; i++) {
        tasks.add(file.readAsync(IovIter.target(MemorySegment.ofArray(got[i])), (long) i * strip));
      }
      for (int i = 0; i < 32; i++) {
        assertThat(tasks.get(i).completion().toCompletableFuture().join()).isEqualTo(strip);
        Pattern.verify(got[i], (long) i * strip);
      }
    }
  }

  /// Who writes parts of one block at the same time does not lose the other's bytes.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void neighboursInOneBlock(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(HostSyscalls.host(), choice);
        DirectFile file = open(walk)) {
      int strip = 77;
      List<Thread> threads = new ArrayList<>();
      AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
      for (int i = 0; i < 12; i++) {
        long at = (long) i * strip;
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int round = 9; round >= 0; round--) {
                          byte[] bytes = Pattern.bytes(Pattern.version(round) + at, strip);
                          file.write(MemorySegment.ofArray(bytes), at);
                        }
                      } catch (Throwable e) {
                        failure.set(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failure.get()).isNull();
      byte[] got = Files.readAllBytes(folder.resolve("f"));
      assertThat(got).hasSize(12 * strip);
      Pattern.verify(got, Pattern.version(0));
    }
  }

  @Test
  void aLaneKnowsThePoolsMemory() throws Exception {
    Files.write(folder.resolve("f"), Pattern.bytes(0, 8 * PAGE));
    try (Ropewalk walk = Ropewalk.builder().cacheBytes(1 << 20).open();
        DirectFile file = open(walk);
        DirectIo io = file.io(4);
        PageRef page = walk.pool().take(PAGE, FolioClass.RING)) {
      for (int tag = 0; tag < 4; tag++) {
        io.read(tag, IovIter.target(List.of(page)), tag * (long) PAGE);
        assertThat(io.await(1, Engine.FOREVER)).isEqualTo(1);
        assertThat(io.next()).isTrue();
        assertThat(io.result()).isEqualTo(PAGE);
        Pattern.verify(page.target(), tag * (long) PAGE);
      }
      long known = io.stats().registered();
      assertThat(io.stats().fixed()).as("of %s bytes", known).isEqualTo(known > 0 ? 4 : 0);
    }
  }

  @Test
  void eightCallersShowEightInFlight() throws Exception {
    CountDownLatch all = new CountDownLatch(8);
    Syscalls kernel =
        Otherwise.host(
            (name, _) -> {
              if (name.equals("preadv2")) { // each waits in the kernel until all are there
                all.countDown();
                try {
                  all.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }
              return null;
            });
    Files.write(folder.resolve("f"), Pattern.bytes(0, 8 * PAGE));
    try (Ropewalk walk = walk(kernel, Engine.Choice.EPOLL);
        DirectFile file = open(walk)) {
      List<Thread> threads = new ArrayList<>();
      byte[][] got = new byte[8][PAGE];
      for (int i = 0; i < 8; i++) {
        int mine = i;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        file.read(MemorySegment.ofArray(got[mine]), (long) mine * PAGE);
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(file.stats().inFlightMax()).isEqualTo(8);
      for (int i = 0; i < 8; i++) {
        Pattern.verify(got[i], (long) i * PAGE);
      }
    }
  }

  @Test
  void aCancelEndsItBehindTheIoThatIsUnderWay() throws Exception {
    AtomicReference<@Nullable DirectTask> running = new AtomicReference<>();
    CountDownLatch started = new CountDownLatch(1);
    Syscalls kernel =
        Otherwise.host(
            (name, _) -> {
              if (name.equals("pwritev2")) {
                try {
                  started.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                DirectTask task = running.get();
                if (task != null) {
                  task.cancel();
                }
              }
              return null;
            });
    try (Ropewalk walk = walk(kernel, Engine.Choice.EPOLL);
        DirectFile file = open(walk)) {
      byte[] bytes = Pattern.bytes(0, 4 << 20);
      IovIter iter = IovIter.source(MemorySegment.ofArray(bytes));
      DirectTask task = file.writeAsync(iter, 0);
      running.set(task);
      started.countDown();
      assertThat(task.join()).as("the first I/O, and no other").isEqualTo(1 << 20);
      assertThat(iter.position()).isEqualTo(1 << 20);
      running.set(null);
      Pattern.verify(Files.readAllBytes(folder.resolve("f")), 0);
      assertThat(file.size()).isEqualTo(1 << 20);
      file.truncate(0); // nobody has it in hand
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void teardownUnderLoad(Engine.Choice choice) throws Exception {
    Gen.check(
        3,
        gen -> {
          Ropewalk walk = walk(HostSyscalls.host(), choice);
          DirectFile file = open(walk);
          List<DirectTask> tasks = new ArrayList<>();
          for (int i = 0; i < 24; i++) {
            byte[] bytes = new byte[gen.in(1, 300_000)];
            long at = gen.in(0, 500_000);
            IovIter memory =
                i % 2 == 0
                    ? IovIter.source(MemorySegment.ofArray(bytes))
                    : IovIter.target(MemorySegment.ofArray(bytes));
            tasks.add(i % 2 == 0 ? file.writeAsync(memory, at) : file.readAsync(memory, at));
          }
          if (gen.bool()) {
            walk.engine().close();
          } else {
            file.close();
          }
          int failed = 0;
          for (DirectTask task : tasks) {
            try {
              assertThat(task.join()).isNotNegative();
            } catch (CompletionException e) {
              assertThat(e).hasCauseInstanceOf(IOException.class);
              failed++;
            }
          }
          assertThat(failed).isLessThanOrEqualTo(24);
          file.close();
          assertThat(walk.pool().complaints()).isEmpty();
          walk.close();
        });
  }

  /// The kernel refuses the I/O itself: behind what a file may be long, and into one that is open
  /// for reading alone. On a thread that waits, beside it, and in a lane.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void whatTheKernelRefusesLeavesNothingBehind(Engine.Choice choice) throws Exception {
    Files.write(folder.resolve("f"), Pattern.bytes(0, 8 * PAGE));
    try (Ropewalk walk = walk(HostSyscalls.host(), choice);
        DirectFile writable = open(walk);
        DirectFile readable = walk.direct(folder.resolve("f"));
        PageRef page = walk.pool().take(PAGE, FolioClass.RING)) {
      page.publish(PAGE);
      long word = page.folio().wordAcquire();
      for (DirectFile file : List.of(writable, readable)) {
        long at = file == readable ? 0 : 1L << 62;
        for (int length : new int[] {PAGE, PAGE - 100}) { // whole, and a part of a block
          PageRef part = page.lend(0, length);
          IovIter iter = IovIter.source(List.of(part));
          assertThatThrownBy(() -> file.write(iter, at)).isInstanceOf(IOException.class);
          assertThatThrownBy(() -> file.writeAsync(iter, at).join())
              .hasCauseInstanceOf(IOException.class);
          try (DirectIo io = file.io(2)) {
            io.write(1, iter, at);
            assertThat(io.await(1, Engine.FOREVER)).isEqualTo(1);
            assertThat(io.next()).isTrue();
            assertThat(io.result()).isEqualTo(-1);
            assertThat(io.failure()).isNotNull();
          }
          assertThat(iter.position()).isZero();
          part.close();
          assertThat(page.folio().wordAcquire()).isEqualTo(word);
          assertThat(file.stats().inFlight()).isZero();
        }
      }
      Pattern.verify(Files.readAllBytes(folder.resolve("f")), 0);
      writable.truncate(0); // no claim is left
    }
  }

  /// A kernel that takes requests reluctantly: io_uring_enter is interrupted, or has no room.
  @Test
  void aRingThatIsFull() {
    Gen.check(
        3,
        gen -> {
          Syscalls kernel =
              Otherwise.host(
                  (name, _) -> {
                    synchronized (gen) {
                      return name.equals("ioUringEnter") && gen.oneIn(3)
                          ? (Long) (long) -gen.pick(Errno.EINTR, Errno.EAGAIN, Errno.EBUSY)
                          : null;
                    }
                  });
          try (Ropewalk walk = walk(kernel, Engine.Choice.AUTO);
              DirectFile file = open(walk)) {
            List<DirectTask> tasks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
              long at = i * 5001L;
              byte[] bytes = Pattern.bytes(at, 5001);
              tasks.add(file.writeAsync(IovIter.source(MemorySegment.ofArray(bytes)), at));
            }
            for (DirectTask task : tasks) {
              assertThat(task.join()).isEqualTo(5001);
            }
            Pattern.verify(Files.readAllBytes(folder.resolve("f")), 0);
            try (DirectIo io = file.io(4)) {
              byte[][] got = new byte[4][9000];
              for (int tag = 0; tag < 4; tag++) {
                io.read(tag, IovIter.target(MemorySegment.ofArray(got[tag])), tag * 7000L);
              }
              assertThat(io.await(4, Engine.FOREVER)).isEqualTo(4);
              while (io.next()) {
                assertThat(io.failure()).isNull();
                Pattern.verify(got[io.tag()], io.tag() * 7000L);
              }
            }
          }
        });
  }

  @Test
  void memoryOfAnotherThreadIsRefused() throws Exception {
    try (Ropewalk walk = walk(HostSyscalls.host(), Engine.Choice.EPOLL);
        DirectFile file = open(walk);
        var arena = java.lang.foreign.Arena.ofConfined()) {
      IovIter confined = IovIter.source(arena.allocate(PAGE));
      DirectTask task = file.writeAsync(confined, 0);
      assertThatThrownBy(task::join).hasCauseInstanceOf(WrongThreadException.class);
      assertThat(file.size()).isZero();
    }
  }
}
