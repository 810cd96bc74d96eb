package ropewalk.pipe;

import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Syscalls;

/// Kernel pipes at rest. Opening one costs two descriptors and three calls, so a few are kept; the
/// kernel counts their pages against the user, so only a few.
///
/// Shared by all threads, behind its own lock; calls are made outside of it.
public final class KernelPipes implements AutoCloseable {

  /// Bytes of a pipe that bytes only pass through: what the kernel gives of itself. Bigger ones
  /// measured slower.
  public static final int SIZE = 64 << 10;

  private final Syscalls syscalls;
  private final int size;
  private final int restingMax;
  private final ArrayDeque<KernelPipe> resting = new ArrayDeque<>();
  private boolean closed;

  /// Pipes of `size` bytes if the kernel grants it, of which at most `restingMax` rest at a time.
  public KernelPipes(Syscalls syscalls, int size, int restingMax) {
    this.syscalls = syscalls;
    this.size = size;
    this.restingMax = restingMax;
  }

  /// *Gives* an empty pipe.
  public KernelPipe take() throws IOException {
    synchronized (resting) {
      KernelPipe rested = resting.pollLast();
      if (rested != null) {
        return rested;
      }
    }
    KernelPipe pipe = KernelPipe.open(syscalls);
    boolean ready = false;
    try {
      if (pipe.size() != size) {
        var _ = pipe.resize(size);
      }
      ready = true;
      return pipe;
    } finally {
      if (!ready) {
        pipe.close();
      }
    }
  }

  /// *Takes* a pipe back. A dirty one is closed, whatever room there is.
  public void bringBack(KernelPipe pipe) {
    if (!rest(pipe)) {
      pipe.close();
    }
  }

  /// How many rest.
  public int resting() {
    synchronized (resting) {
      return resting.size();
    }
  }

  private boolean rest(KernelPipe pipe) {
    synchronized (resting) {
      if (closed || pipe.isDirty() || resting.size() >= restingMax) {
        return false;
      }
      resting.addLast(pipe);
      return true;
    }
  }

  /// Closes those that rest; those that are out are closed when they come back.
  @Override
  public void close() {
    for (; ; ) {
      @Nullable KernelPipe pipe;
      synchronized (resting) {
        closed = true;
        pipe = resting.pollLast();
      }
      if (pipe == null) {
        return;
      }
      pipe.close();
    }
  }
}
