package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// The kernel's pipe, and when it may be used again.
final class KernelPipeTest {

  private static final Syscalls HOST = HostSyscalls.host();

  @Test
  void bytesGoInAtTheSourceEndAndComeOutAtTheSinkEnd() throws IOException {
    try (KernelPipe pipe = KernelPipe.open(HOST);
        Scratch scratch = new Scratch(16)) {
      assertThat(pipe.size()).isPositive();
      assertThat(HOST.read(pipe.sink().number(), scratch.address(), 16)).isEqualTo(-Errno.EAGAIN);
      assertThat(HOST.write(pipe.source().number(), scratch.address(), 7)).isEqualTo(7);
      assertThat(HOST.read(pipe.sink().number(), scratch.address(), 16)).isEqualTo(7);
    }
  }

  @Test
  void theSizeIsAskedForAndARefusalIsAPlainAnswer() throws IOException {
    try (KernelPipe pipe = KernelPipe.open(HOST)) {
      assertThat(pipe.resize(128 << 10)).isEqualTo(128 << 10).isEqualTo(pipe.size());
      assertThat(pipe.resize(100_000)).as("the next power of two").isEqualTo(128 << 10);
      assertThat(pipe.resize(-1)).isEqualTo(128 << 10);
    }
  }

  @Test
  void aCleanPipeRestsAndADirtyOneIsClosed() throws IOException {
    try (KernelPipes pipes = new KernelPipes(HOST, 64 << 10, 1)) {
      KernelPipe clean = pipes.take();
      KernelPipe dirty = pipes.take();
      KernelPipe surplus = pipes.take();
      dirty.markDirty();
      pipes.bringBack(dirty);
      assertThat(pipes.resting()).isZero();
      assertThat(dirty.source().isOpen()).isFalse();
      clean.markDirty();
      clean.markClean();
      pipes.bringBack(clean);
      assertThat(pipes.resting()).isEqualTo(1);
      pipes.bringBack(surplus);
      assertThat(surplus.sink().isOpen()).isFalse();
      assertThat(pipes.take()).isSameAs(clean);
      pipes.bringBack(clean);
    }
  }

  @Test
  void whatComesBackAfterTheEndIsClosed() throws IOException {
    KernelPipes pipes = new KernelPipes(HOST, 64 << 10, 4);
    KernelPipe late = pipes.take();
    pipes.close();
    pipes.bringBack(late);
    assertThat(late.sink().isOpen()).isFalse();
  }

  @Test
  void bytesGoFromAPipeOfOursThroughTheKernelsToAnother() throws IOException {
    Tally tally = new Tally();
    int length = 200_000;
    try (FolioPool pool = FolioPool.open(HOST, PoolPlan.of(4 << 20, 0));
        KernelPipe kernel = KernelPipe.open(HOST);
        Pipe from = Pipe.open(8);
        Pipe to = Pipe.open(8)) {
      PageRef bytes = pool.take(length, FolioClass.RING);
      Pattern.fill(bytes.target(), 0);
      bytes.publish(length);
      from.push(bytes.splitHead(1000));
      from.push(bytes);
      assertThat(kernel.drainTo(to, pool, 10, tally)).isEqualTo(Pipe.NOT_NOW);
      long at = 0;
      for (int turn = 0; at < length; turn++) {
        long went = kernel.fillFrom(from, 1 + turn * 30_011L, tally);
        assertThat(went).isPositive();
        assertThat(kernel.isDirty()).isTrue();
        for (long left = went; left > 0; ) {
          long came = kernel.drainTo(to, pool, left, tally);
          assertThat(came).isPositive();
          left -= came;
          for (PageRef ref = to.poll(); ref != null; ref = to.poll()) {
            Pattern.verify(ref.bytes(), at);
            at += ref.length();
            ref.close();
          }
        }
      }
      assertThat(from.used()).isZero();
      assertThat(kernel.fillFrom(from, 10, tally)).isZero();
      assertThat(tally.copiedKernel()).isEqualTo(2L * length);
    }
  }

  @Test
  void aFullKernelPipeLeavesEverythingWhereItWas() throws IOException {
    try (FolioPool pool = FolioPool.open(HOST, PoolPlan.of(2 << 20, 0));
        KernelPipe kernel = KernelPipe.open(HOST);
        Pipe from = Pipe.open(4)) {
      for (int i = 0; i < 3; i++) {
        PageRef bytes = pool.take(1 << 18, FolioClass.RING);
        Pattern.fill(bytes.target(), (long) i << 18);
        bytes.publish(bytes.length());
        from.push(bytes);
      }
      long went = kernel.fillFrom(from, Long.MAX_VALUE, new Tally());
      assertThat(went).as("short").isPositive().isLessThan(3L << 18);
      assertThat(kernel.fillFrom(from, 100, new Tally())).isEqualTo(Pipe.NOT_NOW);
      assertThat(from.bytes()).isEqualTo((3L << 18) - went);
      Pattern.verify(Objects.requireNonNull(from.peek()).bytes(), went);
      kernel.source().close();
      assertThatThrownBy(() -> kernel.fillFrom(from, 100, new Tally()))
          .isInstanceOf(IOException.class);
      assertThat(from.bytes()).isEqualTo((3L << 18) - went);
    }
  }

  @Test
  void onlyAsManyAreWideAsMayRest() throws IOException {
    int wide = 256 << 10;
    try (KernelPipes pipes = new KernelPipes(HOST, wide, 2)) {
      KernelPipe first = pipes.take();
      KernelPipe second = pipes.take();
      KernelPipe third = pipes.take();
      assertThat(first.size()).isEqualTo(second.size()).isEqualTo(wide);
      assertThat(third.size()).isLessThan(wide);
      pipes.bringBack(third);
      assertThat(third.sink().isOpen()).as("a narrow one rests only where there is room").isFalse();
      pipes.bringBack(second);
      assertThat(pipes.take()).isSameAs(second);
      second.markDirty();
      pipes.bringBack(second);
      KernelPipe fourth = pipes.take();
      assertThat(fourth.size()).as("one of the two has gone").isEqualTo(wide);
      pipes.bringBack(fourth);
      pipes.bringBack(first);
      assertThat(pipes.resting()).isEqualTo(2);
    }
  }
}
