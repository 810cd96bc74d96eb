package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.iov.Direction;
import ropewalk.iov.FolioIndex;
import ropewalk.iov.IovIter;
import ropewalk.iov.XarrayIter;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.Folio;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioWord;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.fake.FakeKernel;

/// A direct file over a kernel that fails at each call in turn: pins, references and bytes come out
/// even. After each run the audit counts the house.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectFaultsTest {
  private static final int PAGE = 4096;
  private static final Path NAME = Path.of("/f");

  private static DirectFile open(FileRoom room) throws IOException {
    return DirectFile.open(
        room.engine,
        room.pool,
        NAME,
        DirectOptions.DEFAULT,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.CREATE);
  }

  private static PageRef page(FileRoom room, int pages, long place) throws IOException {
    PageRef ref = room.pool.take(pages * PAGE, FolioClass.RING);
    ref.trim(pages * PAGE);
    Pattern.fill(ref.target(), place);
    ref.publish(ref.length());
    return ref;
  }

  private static int pins(Folio folio) {
    return FolioWord.pins(folio.wordAcquire());
  }

  private static byte[] all(DirectFile file, int bytes) throws IOException {
    byte[] got = new byte[bytes];
    long n = file.read(MemorySegment.ofArray(got), 0);
    return Arrays.copyOf(got, (int) n);
  }

  /// Whole blocks by reference, parts of blocks, the caller's memory, a pipe, an append and a
  /// truncate: whichever call fails, what was reported is there, and every pin is dropped.
  @ParameterizedTest
  @EnumSource(names = {"SHORT", "EIO", "ENOSPC", "EINTR", "EAGAIN"})
  @DisplayName("R-45: whichever call of a direct write or read fails, each pin is dropped once")
  void eachCallFails(Fault fault) throws Exception {
    FakeKernel kernel = new FakeKernel(1);
    int[] failed = {0};
    int runs =
        FaultySyscalls.sweep(
            kernel.calls(),
            fault,
            faulty -> {
              try (FileRoom room = new FileRoom(faulty.calls(), Engine.Choice.EPOLL)) {
                failed[0] += program(room) ? 0 : 1;
              }
            });
    assertThat(kernel.descriptors()).isZero();
    if (fault == Fault.EIO || fault == Fault.ENOSPC) {
      assertThat(failed[0]).as("runs that noticed").isPositive();
    }
    if (fault != Fault.EAGAIN) { // a file never says it
      assertThat(runs).isGreaterThan(2);
    }
    if (fault == Fault.EINTR || fault == Fault.SHORT) {
      assertThat(failed[0]).isZero();
    }
  }

  /// False if it failed; then all it had in hand is back.
  private static boolean program(FileRoom room) throws IOException {
    List<PageRef> pages = new ArrayList<>();
    try (Pipe pipe = Pipe.open(8)) {
      pages.add(page(room, 3, 0));
      pages.add(room.pool.zeros(PAGE));
      pages.add(page(room, 1, 9_000));
      try (DirectFile file = open(room)) {
        file.truncate(0);
        IovIter direct = IovIter.source(pages);
        long written = file.write(direct, 0);
        assertThat(direct.position()).isEqualTo(written);
        if (written < 5 * PAGE) {
          return false;
        }
        IovIter part = IovIter.source(MemorySegment.ofArray(Pattern.bytes(50_000, 700)));
        written = file.write(part, 300);
        assertThat(part.position()).isEqualTo(written);
        if (written < 700) {
          return false;
        }
        Appended appended =
            file.append(IovIter.source(MemorySegment.ofArray(Pattern.bytes(60_000, 1000))));
        assertThat(appended.offset()).isEqualTo(5 * PAGE);
        if (appended.bytes() < 1000) {
          return false;
        }
        assertThat(file.size()).isEqualTo(5 * PAGE + 1000);
        pipe.push(page(room, 1, 70_000));
        pipe.push(page(room, 1, 70_000 + PAGE));
        var sink = file.to(2 * PAGE + 10); // closed by the file, if it comes to that
        while (pipe.bytes() > 0) {
          assertThat(sink.drain(pipe, 5000, true, room.tally)).isPositive();
        }
        sink.finish();
        byte[] got = all(file, 8 * PAGE);
        assertThat(got).isEqualTo(wanted());
        file.truncate(100);
        assertThat(file.size()).isEqualTo(100);
        return true;
      }
    } catch (LinuxException e) {
      assertThat(e.errno()).isIn(Errno.EIO, Errno.ENOSPC);
      return false;
    } finally {
      for (PageRef ref : pages) {
        assertThat(pins(ref.folio())).isZero();
        ref.close();
      }
    }
  }

  private static byte[] wanted() {
    byte[] wanted = new byte[5 * PAGE + 1000];
    put(wanted, 0, Pattern.bytes(0, 3 * PAGE));
    put(wanted, 4 * PAGE, Pattern.bytes(9_000, PAGE));
    put(wanted, 300, Pattern.bytes(50_000, 700));
    put(wanted, 5 * PAGE, Pattern.bytes(60_000, 1000));
    put(wanted, 2 * PAGE + 10, Pattern.bytes(70_000, 2 * PAGE));
    return wanted;
  }

  private static void put(byte[] target, int at, byte[] bytes) {
    System.arraycopy(bytes, 0, target, at, bytes.length);
  }

  @Test
  void aFailureBehindTheFirstIoIsAShortCountAndTheNextSaysWhy() throws Exception {
    FaultySyscalls faulty = FaultySyscalls.over(new FakeKernel(1).calls(), 1);
    try (FileRoom room = new FileRoom(faulty.calls(), Engine.Choice.EPOLL);
        DirectFile file = open(room)) {
      byte[] bytes = Pattern.bytes(0, 3 << 20);
      faulty.fail(Fault.ENOSPC, "pwritev2", 2);
      IovIter iter = IovIter.source(MemorySegment.ofArray(bytes));
      assertThat(file.write(iter, 0)).isEqualTo(1 << 20);
      assertThat(iter.position()).isEqualTo(1 << 20);
      faulty.fail(Fault.ENOSPC, "pwritev2", 1);
      assertThatThrownBy(() -> file.write(iter, 1 << 20))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("pwritev")
          .hasMessageContaining("ENOSPC");
      assertThat(iter.position()).isEqualTo(1 << 20);
      assertThat(file.write(iter, 1 << 20)).isEqualTo(2 << 20);
      assertThat(all(file, 4 << 20)).isEqualTo(bytes);
      assertThat(file.stats().failed()).isEqualTo(2);
    }
  }

  /// Old bytes around the overlay, and the end of the file where it was or behind the last byte,
  /// for every place and length around two blocks.
  @Test
  void aPartOfABlockKeepsTheRest() throws Exception {
    FakeKernel kernel = new FakeKernel(1);
    try (FileRoom room = new FileRoom(kernel.calls(), Engine.Choice.EPOLL);
        DirectFile file = open(room)) {
      int[] places = {0, 1, 511, 512, 513, 1023, 1024, 1025, 1500};
      for (int size : new int[] {0, 1, 512, 700, 1024, 2000}) {
        for (int at : places) {
          for (int length : places) {
            file.truncate(0);
            file.write(MemorySegment.ofArray(Pattern.bytes(0, size)), 0);
            assertThat(file.size()).isEqualTo(size);
            byte[] fresh = Pattern.bytes(Pattern.version(1), length);
            assertThat(file.write(MemorySegment.ofArray(fresh), at)).isEqualTo(length);
            byte[] wanted = Pattern.bytes(0, size);
            if (length > 0) {
              wanted = Arrays.copyOf(wanted, Math.max(size, at + length));
              put(wanted, at, fresh);
            }
            assertThat(file.size()).isEqualTo(wanted.length);
            assertThat(all(file, 5000)).isEqualTo(wanted);
          }
        }
      }
    }
  }

  @Test
  void whatIsAskewIsRefusedIfAsked() throws Exception {
    FakeKernel kernel = new FakeKernel(1);
    try (FileRoom room = new FileRoom(kernel.calls(), Engine.Choice.EPOLL)) {
      try (DirectFile file = open(room)) {
        file.write(MemorySegment.ofArray(Pattern.bytes(0, PAGE)), 0);
      }
      try (DirectFile file =
              DirectFile.open(
                  room.engine,
                  room.pool,
                  NAME,
                  DirectOptions.DEFAULT.refusing(),
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          PageRef ref = page(room, 2, 0)) {
        byte[] memory = new byte[PAGE];
        assertThatThrownBy(() -> file.write(MemorySegment.ofArray(memory), 100))
            .hasMessageContaining("write(offset=100, length=4096")
            .hasMessageContaining("multiples of 512");
        assertThatThrownBy(() -> file.read(MemorySegment.ofArray(memory).asSlice(0, 100), 0))
            .hasMessageContaining("read(offset=0, length=100");
        PageRef askew = ref.lend(1, PAGE);
        assertThatThrownBy(() -> file.write(IovIter.source(List.of(askew)), 0))
            .hasMessageContaining("memory at multiples of 512");
        askew.close();
        assertThat(file.read(MemorySegment.ofArray(memory), 0)).isEqualTo(PAGE);
        Pattern.verify(memory, 0);
        assertThat(file.stats().bounced()).isZero();
      }
    }
  }

  @Test
  void aFileSystemThatRefusesSaysSo() throws Exception {
    FakeKernel kernel = new FakeKernel(1).directBlock(0);
    try (FileRoom room = new FileRoom(kernel.calls(), Engine.Choice.EPOLL)) {
      assertThatThrownBy(() -> open(room))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/f")
          .hasMessageContaining("refuses direct I/O");
    }
    assertThat(kernel.descriptors()).isZero();
  }

  @Test
  void holesAreZerosWithoutIo() throws Exception {
    FaultySyscalls counted = FaultySyscalls.over(new FakeKernel(1).calls(), 1);
    try (FileRoom room = new FileRoom(counted.calls(), Engine.Choice.EPOLL);
        DirectFile file = open(room)) {
      file.truncate(40 * PAGE);
      file.write(MemorySegment.ofArray(Pattern.bytes(0, PAGE)), 20 * PAGE);
      byte[] wanted = new byte[40 * PAGE];
      put(wanted, 20 * PAGE, Pattern.bytes(0, PAGE));
      int before = counted.count("preadv2");
      assertThat(all(file, 50 * PAGE)).isEqualTo(wanted);
      assertThat(counted.count("preadv2") - before).isEqualTo(1);
      assertThat(file.stats().holes()).isEqualTo(39 * PAGE);
      try (Pipe pipe = Pipe.open(4)) { // by reference
        var source = file.from(100, 10 * PAGE);
        assertThat(source.fill(pipe, Long.MAX_VALUE, room.tally)).isEqualTo(10 * PAGE);
        for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
          assertThat(ref.folio().isZero()).isTrue();
          ref.close();
        }
      }
      assertThat(counted.count("preadv2") - before).isEqualTo(1);
      assertThat(file.read(MemorySegment.ofArray(new byte[10]), 40 * PAGE)).isZero();
      assertThat(file.read(MemorySegment.ofArray(new byte[10]), 90 * PAGE)).isZero();
    }
  }

  /// Pages of an index are of another file: what was read into them is newer than that (contract
  /// 4.4). By reference, by way of a bounce folio, and for a hole.
  @Test
  void pagesOfAnIndexAreDirtyWhereBytesCame() throws Exception {
    FakeKernel kernel = new FakeKernel(1);
    try (FileRoom room = new FileRoom(kernel.calls(), Engine.Choice.EPOLL);
        DirectFile file = open(room)) {
      file.truncate(0);
      file.write(MemorySegment.ofArray(Pattern.bytes(0, 3 * PAGE)), 0);
      file.truncate(6 * PAGE);
      record Part(long start, long length, long at, int first, int last) {}
      for (Part part :
          List.of(
              new Part(0, 2 * PAGE, 0, 0, 1), // by reference
              new Part(PAGE + 100, PAGE, 300, 1, 2), // askew
              new Part(2 * PAGE, PAGE, 4 * PAGE, 2, 2), // a hole
              new Part(PAGE, 2 * PAGE, 5 * PAGE, 1, 1))) { // the second is behind the end
        List<PageRef> pages = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          pages.add(room.pool.take(PAGE, FolioClass.RING));
        }
        FolioIndex index =
            new FolioIndex() {
              @Override
              public @Nullable PageRef find(long position) {
                return position < 4 * PAGE ? pages.get((int) (position / PAGE)) : null;
              }

              @Override
              public long start(long position) {
                return position / PAGE * PAGE;
              }
            };
        file.read(XarrayIter.of(Direction.TARGET, index, part.start, part.length), part.at);
        for (int i = 0; i < 4; i++) {
          Folio folio = pages.get(i).folio();
          assertThat(FolioWord.has(folio.wordAcquire(), FolioWord.DIRTY))
              .as("page %s of %s", i, part)
              .isEqualTo(i >= part.first && i <= part.last);
          assertThat(pins(folio)).isZero();
          pages.get(i).close();
        }
      }
    }
  }

  @Test
  @DisplayName("R-44: a direct write of zeros pins nothing and dirties nothing, and is read back")
  void writesZeros() throws Exception {
    FakeKernel kernel = new FakeKernel(1);
    try (FileRoom room = new FileRoom(kernel.calls(), Engine.Choice.EPOLL);
        DirectFile file = open(room);
        PageRef zeros = room.pool.zeros(PAGE)) {
      long before = zeros.folio().wordAcquire();
      for (int i = 0; i < 3000; i++) {
        file.write(IovIter.source(List.of(zeros)), (i % 16) * (long) PAGE);
        file.write(IovIter.source(List.of(zeros)), 100); // askew: read, overlaid, written
      }
      assertThat(zeros.folio().wordAcquire()).isEqualTo(before);
      assertThat(all(file, 20 * PAGE)).isEqualTo(new byte[16 * PAGE]);
      assertThat(zeros.bytes().get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }
  }
}
