package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

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
}
