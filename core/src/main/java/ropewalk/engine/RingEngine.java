package ropewalk.engine;

import java.io.IOException;
import ropewalk.linux.Fd;
import ropewalk.linux.Syscalls;

/// The engine over io_uring.
public final class RingEngine implements Engine {
  private final Syscalls syscalls;

  RingEngine(Syscalls syscalls) throws IOException {
    this.syscalls = syscalls;
  }

  @Override
  public String name() {
    return "io_uring";
  }

  @Override
  public String whyNot() {
    return "";
  }

  @Override
  public Syscalls syscalls() {
    return syscalls;
  }

  @Override
  public int await(Fd fd, int pollEvents, long deadlineNanos) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long pread(Fd fd, long address, long length, long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long pwrite(Fd fd, long address, long length, long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long preadv(Fd fd, long iov, int count, long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long pwritev(Fd fd, long iov, int count, long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void fsync(Fd fd, boolean dataOnly) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long blocking(BlockingCall call) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public EngineStats stats() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
