package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Pattern;

/// A file in memory: bounded, never evicted, holes for nothing, gifts for nothing.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MemFileTest {
  private static final int RUN = 65_536;

  private FileRoom room;

  @BeforeEach
  void open() throws IOException {
    room = new FileRoom(HostSyscalls.host(), Engine.Choice.AUTO, 4 << 20, 4 * RUN);
  }

  @AfterEach
  void close() throws IOException {
    room.close();
  }

  private static byte[] read(PagedFile file, long at, int length) throws IOException {
    byte[] got = new byte[length];
    long n = file.read(MemorySegment.ofArray(got), at);
    return java.util.Arrays.copyOf(got, (int) Math.max(n, 0));
  }

  @Test
  void keepsWhatWasWrittenThroughAnyEviction() throws Exception {
    try (MemFile memory = MemFile.open(room.cache, 6 << 20);
        CachedFile other =
            CachedFile.open(room.engine, room.cache, room.files.pattern("f", 40 * RUN))) {
      byte[] bytes = Pattern.bytes(7, 20 * RUN + 5); // five times what the cache may hold
      memory.write(MemorySegment.ofArray(bytes), 0);
      for (int i = 0; i < 40; i++) {
        Pattern.verify(read(other, (long) i * RUN, RUN), (long) i * RUN);
      }
      room.cache.drop();
      assertThat(read(memory, 0, 30 * RUN)).isEqualTo(bytes);
      assertThat(memory.memoryBytes()).isEqualTo(20L * RUN + 4096);
      assertThat(room.cache.stats().bytes()).isLessThanOrEqualTo(4 * RUN);
      assertThat(room.cache.stats().unwritten()).as("nobody writes it back").isZero();
    }
  }

  @Test
  void isBoundedByMemoryAndNotBySize() throws Exception {
    try (MemFile memory = MemFile.open(room.cache, 2 * RUN)) {
      memory.truncate(1L << 40);
      assertThat(memory.size()).isEqualTo(1L << 40);
      assertThat(read(memory, 1L << 39, 100)).containsOnly(0);
      assertThat(memory.memoryBytes()).isZero();
      byte[] run = Pattern.bytes(1, RUN);
      memory.write(MemorySegment.ofArray(run), 0);
      memory.write(MemorySegment.ofArray(run), 1L << 39);
      assertThatThrownBy(() -> memory.write(MemorySegment.ofArray(run), 1L << 38))
          .hasMessageContaining("ENOSPC");
      memory.write(MemorySegment.ofArray(run), 0);
      assertThat(memory.memoryBytes()).isEqualTo(2 * RUN);
      memory.punch(1L << 39, RUN);
      assertThat(memory.memoryBytes()).isEqualTo(RUN);
      assertThat(read(memory, 1L << 39, RUN)).containsOnly(0);
      memory.write(MemorySegment.ofArray(run), 1L << 38);
      assertThat(read(memory, 1L << 38, RUN)).isEqualTo(run);
      memory.punch(5L * RUN + 7, 3 * RUN);
      assertThat(memory.memoryBytes()).as("a hole in a hole takes nothing").isEqualTo(2 * RUN);
    }
  }

  @Test
  void nobodyCopiesAGift() throws Exception {
    try (MemFile memory = MemFile.open(room.cache, 6 << 20);
        Pipe pipe = Pipe.open(4)) {
      PageRef page = room.pool.take(4 * RUN, FolioClass.GIFT);
      page.trim(4 * RUN - 100);
      Pattern.fill(page.target(), 3);
      page.publish(4 * RUN - 100);
      long address = page.address();
      Tally tally = new Tally();
      pipe.push(page, Pipe.GIFT, Pipe.FOREVER);
      assertThat(memory.to(0).drain(pipe, Long.MAX_VALUE, false, tally)).isEqualTo(4 * RUN - 100);
      assertThat(tally.copiedUser()).isZero();
      assertThat(tally.copiedKernel()).isZero();
      assertThat(tally.stolen()).isEqualTo(4 * RUN - 100);
      try (View view = memory.view(RUN, RUN)) {
        assertThat(view.segment().address()).isEqualTo(address + RUN);
        Pattern.verify(view.segment(), 3 + RUN);
      }
      Pattern.verify(read(memory, 0, 4 * RUN), 3);
    }
  }

  @Test
  void giftsAreBoundedToo() throws Exception {
    try (MemFile memory = MemFile.open(room.cache, RUN)) {
      PageRef first = published(RUN);
      assertThat(memory.give(first, 0, new Tally())).isEqualTo(RUN);
      PageRef second = published(2 * RUN);
      assertThatThrownBy(() -> memory.give(second, RUN, new Tally()))
          .hasMessageContaining("ENOSPC");
      assertThat(second.length()).isEqualTo(2 * RUN);
      second.close();
      assertThat(memory.memoryBytes()).isEqualTo(RUN);
    }
  }

  private PageRef published(int length) throws IOException {
    PageRef page = room.pool.take(length, FolioClass.GIFT);
    Pattern.fill(page.target(), 0);
    page.publish(length);
    return page;
  }

  @Test
  void whatWasLentOutlivesTheFile() throws Exception {
    View view;
    try (MemFile memory = MemFile.open(room.cache, 1 << 20)) {
      memory.write(MemorySegment.ofArray(Pattern.bytes(9, 1000)), 0);
      view = memory.view(0, 5000);
      memory.write(MemorySegment.ofArray(new byte[1000]), 0);
    }
    assertThat(view.length()).isEqualTo(1000);
    Pattern.verify(view.segment(), 9);
    view.close();
  }

  @Test
  @DisplayName("a closed view can't be read by anybody, and one that is not closed is found")
  void aViewEnds() throws Exception {
    try (MemFile memory = MemFile.open(room.cache, 1 << 20)) {
      memory.write(MemorySegment.ofArray(Pattern.bytes(9, 2 * RUN)), 0);
      View view = memory.view(RUN - 5, 10);
      assertThat(view.segments()).hasSize(2);
      assertThatThrownBy(view::segment).hasMessageContaining("2 pieces");
      MemorySegment first = view.segments().getFirst();
      assertThat(first.isReadOnly()).isTrue();
      assertThat(room.pool.complaints()).anyMatch(text -> text.contains("loans=1"));
      view.close();
      view.close();
      assertThatThrownBy(() -> first.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
      assertThat(room.pool.complaints()).noneMatch(text -> text.contains("loans=1"));
      try (View nothing = memory.view(1 << 30, 5)) {
        assertThat(nothing.length()).isZero();
        assertThat(nothing.segment().byteSize()).isZero();
      }
    }
  }

  @Test
  void aChannelHasAPositionOfItsOwn() throws Exception {
    try (MemFile memory = MemFile.open(room.cache, 1 << 20)) {
      SeekableByteChannel channel = memory.channel();
      ByteBuffer bytes = ByteBuffer.wrap(Pattern.bytes(0, 1000));
      assertThat(channel.write(bytes)).isEqualTo(1000);
      assertThat(channel.position()).isEqualTo(1000);
      assertThat(channel.read(ByteBuffer.allocate(5))).isEqualTo(-1);
      assertThat(channel.read(ByteBuffer.allocate(0))).isZero();
      ByteBuffer got = ByteBuffer.allocate(2000);
      assertThat(channel.position(100).read(got)).isEqualTo(900);
      Pattern.verify(java.util.Arrays.copyOf(got.array(), 900), 100);
      assertThat(channel.truncate(2000).size()).as("never extends").isEqualTo(1000);
      assertThat(channel.truncate(10).position()).isEqualTo(10);
      assertThat(memory.size()).isEqualTo(10);
      channel.position(20).write(ByteBuffer.wrap(new byte[] {1}));
      assertThat(memory.size()).isEqualTo(21);
      assertThat(memory.position()).as("the file's own").isZero();
      channel.close();
      assertThat(channel.isOpen()).isFalse();
      assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
      assertThat(memory.size()).isEqualTo(21);
    }
  }

  @Test
  void aCacheThatIsClosedFirstTakesTheFileAlong() throws Exception {
    MemFile memory = MemFile.open(room.cache, 1 << 20);
    memory.write(MemorySegment.ofArray(Pattern.bytes(9, 2 * RUN)), 0);
    room.cache.close();
    memory.close();
    assertThatThrownBy(() -> MemFile.open(room.cache, 1)).hasMessageContaining("closed");
  }
}
