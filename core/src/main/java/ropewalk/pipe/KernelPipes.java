package ropewalk.pipe;

import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Syscalls;

/// Kernel pipes at rest. Opening one costs two descriptors and three calls, so a few are kept; the
/// kernel counts their pages against the user, so only a few. For the same reason only so many are
/// made wider than the kernel makes them: an ordinary user has 16384 pages, and once they are used
/// every new pipe of every program of that user gets two.
///
/// Shared by all threads, behind its own lock; calls are made outside of it.
public final class KernelPipes implements AutoCloseable {

  /// Bytes of a pipe that a move passes through: what the kernel gives of itself. Bigger ones
  /// measured slower there; a relay asks for more.
  public static final int SIZE = 64 << 10;

  private final Syscalls syscalls;
  private final int size;
  private final int restingMax;
  private final ArrayDeque<KernelPipe> resting = new ArrayDeque<>();
  private int open;
  private boolean closed;

  /// Pipes of `size` bytes if the kernel grants it, of which at most `restingMax` rest at a time.
  /// While more than that are open, further ones are no wider than the kernel makes them.
  public KernelPipes(Syscalls syscalls, int size, int restingMax) {
    this.syscalls = syscalls;
    this.size = size;
    this.restingMax = restingMax;
  }

  /// *Gives* an empty pipe.
  public KernelPipe take() throws IOException {
    boolean mayWiden;
    synchronized (resting) {
      KernelPipe rested = resting.pollLast();
      if (rested != null) {
        return rested;
      }
      mayWiden = open++ < restingMax;
    }
    @Nullable KernelPipe pipe = null;
    boolean ready = false;
    try {
      pipe = KernelPipe.open(syscalls);
      if (pipe.size() > size || (pipe.size() < size && mayWiden)) {
        var _ = pipe.resize(size);
      }
      ready = true;
      return pipe;
    } finally {
      if (!ready) {
        drop(pipe);
      }
    }
  }

  /// *Takes* a pipe back. A dirty one is closed, whatever room there is.
  public void bringBack(KernelPipe pipe) {
    if (!rest(pipe)) {
      drop(pipe);
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
      boolean isSurplus = open > restingMax && pipe.size() < size;
      if (closed || pipe.isDirty() || isSurplus || resting.size() >= restingMax) {
        return false;
      }
      resting.addLast(pipe);
      return true;
    }
  }

  private void drop(@Nullable KernelPipe pipe) {
    if (pipe != null) {
      pipe.close();
    }
    synchronized (resting) {
      open--;
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
      drop(pipe);
    }
  }
}
