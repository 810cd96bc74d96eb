package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;
import ropewalk.testkit.HeapMeter;
import ropewalk.testkit.Pattern;

/// A lane to a direct file, over both engines.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectIoTest {
  private static final int PAGE = 4096;

  private static DirectFile open(FileRoom room, Path path, DirectOptions options)
      throws IOException {
    return DirectFile.open(
        room.engine, room.pool, path, options, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static FileRoom room(Engine.Choice choice) throws IOException {
    return new FileRoom(HostSyscalls.host(), choice);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void manyAreUnderWayAndAllocateNothing(Engine.Choice choice) throws Exception {
    int depth = 32;
    int blocks = 512;
    try (FileRoom room = room(choice);
        DirectFile file =
            open(room, room.files.pattern("f", (long) blocks * PAGE), DirectOptions.DEFAULT);
        DirectIo io = file.io(depth)) {
      List<PageRef> pages = new ArrayList<>();
      IovIter[] iters = new IovIter[depth];
      for (int tag = 0; tag < depth; tag++) {
        PageRef page = room.pool.take(PAGE, FolioClass.RING);
        pages.add(page);
        iters[tag] = IovIter.target(List.of(page));
      }
      long[] asked = new long[depth];
      int[] next = {0};
      HeapMeter.Work round =
          () -> {
            for (int tag = 0; tag < depth; tag++) {
              asked[tag] = (next[0]++ * 37 % blocks) * (long) PAGE;
              io.read(tag, iters[tag], asked[tag]);
            }
            int told = 0;
            while (told < depth) {
              io.await(1, Engine.FOREVER);
              while (io.next()) {
                told++;
                if (io.result() != PAGE) {
                  throw new AssertionError("tag " + io.tag() + ": " + io.result());
                }
                iters[io.tag()].revert(PAGE);
              }
            }
          };
      round.run();
      for (int tag = 0; tag < depth; tag++) {
        Pattern.verify(pages.get(tag).target(), asked[tag]);
      }
      double least = Double.MAX_VALUE;
      for (int i = 0; i < 20 && least >= 16; i++) { // the compiler may come late
        least = Math.min(least, HeapMeter.bytesPerRound(100, round));
      }
      assertThat(least).as("bytes of heap for %s I/Os", depth).isLessThan(16);
      assertThat(file.stats().inFlightMax()).isGreaterThan(1);
      assertThat(file.stats().inFlight()).isZero();
      assertThat(file.stats().bounced()).isZero();
      pages.forEach(PageRef::close);
    }
  }

  /// Whole blocks and parts of them, mixed, from two tags that touch the same blocks. A write in
  /// several steps, alone, and a read of a hole and what follows it, which waits for it: the hole
  /// needs no I/O, so that its step is over while others wait still.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void allWaitAndAHoleIsOverAtOnce(Engine.Choice choice) throws Exception {
    try (FileRoom room = room(choice)) {
      Path path = room.files.path("f");
      byte[] data = Pattern.bytes(0, 2 << 20);
      try (var channel =
          Files.newByteChannel(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.position(64 << 10);
        channel.write(java.nio.ByteBuffer.wrap(data));
      }
      try (DirectFile file = open(room, path, DirectOptions.DEFAULT);
          DirectIo io = file.io(2)) {
        byte[] fresh = Pattern.bytes(Pattern.version(1), 700_001);
        byte[] got = new byte[128 << 10];
        io.write(0, IovIter.source(MemorySegment.ofArray(fresh)), (1 << 20) + 1);
        io.read(1, IovIter.target(MemorySegment.ofArray(got)), 0);
        assertThat(io.await(2, Engine.FOREVER)).isEqualTo(2);
        while (io.next()) {
          assertThat(io.failure()).isNull();
          assertThat(io.result()).isEqualTo(io.tag() == 0 ? fresh.length : got.length);
        }
        assertThat(Arrays.copyOf(got, 64 << 10)).containsOnly(0);
        Pattern.verify(Arrays.copyOfRange(got, 64 << 10, 128 << 10), 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void isAnArrayAndAFile(Engine.Choice choice) {
    Gen.check(
        20,
        gen -> {
          int size = 200_000;
          byte[] model = Pattern.bytes(0, size);
          try (FileRoom room = room(choice)) {
            Path path = room.files.pattern("f", size);
            DirectOptions options = DirectOptions.DEFAULT.withDepth(gen.pick(1, 4, 1023));
            int depth = gen.in(1, 6);
            try (DirectFile file = open(room, path, options);
                DirectIo io = file.io(depth)) {
              for (int i = 1; i <= 12; i++) { // disjoint strips, all under way together
                int strip = size / depth;
                byte[][] read = new byte[depth][];
                int[] at = new int[depth];
                for (int tag = 0; tag < depth; tag++) {
                  at[tag] = tag * strip + gen.in(0, strip - 1);
                  byte[] bytes = new byte[gen.in(0, tag * strip + strip - at[tag])];
                  if (gen.bool()) {
                    read[tag] = bytes;
                    io.read(tag, IovIter.target(MemorySegment.ofArray(bytes)), at[tag]);
                  } else {
                    Pattern.fill(bytes, Pattern.version(i) + at[tag]);
                    System.arraycopy(bytes, 0, model, at[tag], bytes.length);
                    io.write(tag, IovIter.source(MemorySegment.ofArray(bytes)), at[tag]);
                  }
                  if (gen.oneIn(4)) {
                    io.submit();
                  }
                }
                while (io.inFlight() > 0) {
                  io.await(gen.in(0, depth), Engine.FOREVER);
                  while (io.next()) {
                    assertThat(io.failure()).isNull();
                    int tag = io.tag();
                    byte[] got = read[tag];
                    if (got != null) {
                      assertThat(io.result()).isEqualTo(got.length);
                      assertThat(got)
                          .isEqualTo(Arrays.copyOfRange(model, at[tag], at[tag] + got.length));
                    }
                  }
                }
              }
            }
            assertThat(Files.readAllBytes(path)).isEqualTo(model);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void closeWaitsForWhatIsUnderWay(Engine.Choice choice) throws Exception {
    try (FileRoom room = room(choice);
        DirectFile file = open(room, room.files.pattern("f", 1 << 20), DirectOptions.DEFAULT)) {
      byte[] memory = new byte[1 << 20];
      DirectIo io = file.io(8);
      for (int tag = 0; tag < 8; tag++) {
        io.read(tag, IovIter.target(MemorySegment.ofArray(memory)), tag * (long) PAGE);
      }
      io.submit();
      assertThatThrownBy(() -> io.read(3, IovIter.target(MemorySegment.ofArray(memory)), 0))
          .hasMessageContaining("tag 3");
      io.close();
      assertThat(file.stats().inFlight()).isZero();
      file.truncate(0); // nobody has the file in hand
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void theRateIsKept(Engine.Choice choice) throws Exception {
    try (FileRoom room = room(choice);
        DirectFile file =
            open(room, room.files.pattern("f", 1 << 20), DirectOptions.DEFAULT.withRate(1 << 20));
        DirectIo io = file.io(4)) {
      byte[][] memory = new byte[4][64 << 10];
      long started = System.nanoTime();
      for (int tag = 0; tag < 4; tag++) {
        io.read(tag, IovIter.target(MemorySegment.ofArray(memory[tag])), 0);
      }
      assertThat(io.await(4, Engine.FOREVER)).isEqualTo(4);
      // Three quarters of the time of 256 KiB: the first needs no waiting.
      assertThat(System.nanoTime() - started).isGreaterThan(187_000_000L);
      while (io.next()) {
        Pattern.verify(memory[io.tag()], 0);
      }
    }
  }
}
