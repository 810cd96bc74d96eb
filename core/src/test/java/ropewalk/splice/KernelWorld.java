package ropewalk.splice;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.PollFd;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// The kernel's own pipes.
final class KernelWorld implements World {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final long PAGE = 4096;

  private final int[] numbers = new int[HANDLES];
  private final Scratch scratch = new Scratch(1100L * Iovec.SIZE);
  private final long pool;

  /// Files at these paths; the pages that [#vmsplicePages] gives are those at `pool`.
  KernelWorld(Path in, Path out, long pool) throws IOException {
    this.pool = pool;
    Arrays.fill(numbers, -1);
    numbers[FILE_IN] = open(in, Open.O_RDONLY);
    numbers[FILE_OUT] = open(out, Open.O_WRONLY);
    numbers[FILE_APPEND] = open(out, Open.O_RDWR | Open.O_APPEND);
  }

  private static int open(Path path, int flags) throws IOException {
    long fd = HOST.openat2(Open.AT_FDCWD, path.toString(), flags | Open.O_CLOEXEC, 0, 0);
    return (int) LinuxException.check(fd, "openat2", "path", path);
  }

  @Override
  public void open(int pipe, int slots) throws IOException {
    close(pipe);
    close(pipe + PIPES);
    long pair = LinuxException.check(HOST.pipe2(Open.O_NONBLOCK | Open.O_CLOEXEC), "pipe2");
    numbers[pipe] = Syscalls.second(pair);
    numbers[pipe + PIPES] = Syscalls.first(pair);
    LinuxException.check(resize(pipe, slots * PAGE), "fcntl");
  }

  @Override
  public void close(int end) {
    if (numbers[end] >= 0) {
      HOST.close(numbers[end]);
      numbers[end] = -1;
    }
  }

  @Override
  public boolean isClosed(int end) {
    return numbers[end] < 0;
  }

  @Override
  public void mode(int end, int flags) {
    HOST.fcntl(numbers[end], Fcntl.F_SETFL, flags);
  }

  @Override
  public long write(int end, long address, int length) {
    return HOST.write(numbers[end], address == 0 ? 1 : address, length);
  }

  @Override
  public long read(int end, long address, int length) {
    return HOST.read(numbers[end], address == 0 ? 1 : address, length);
  }

  @Override
  public long splice(int in, long offIn, int out, long offOut, long length, int flags) {
    return HOST.splice(numbers[in], offIn, numbers[out], offOut, length, flags);
  }

  @Override
  public long tee(int in, int out, long length, int flags) {
    return HOST.tee(numbers[in], numbers[out], length, flags);
  }

  @Override
  public long vmsplice(int end, long[] addresses, int[] lengths, int flags) {
    for (int i = 0; i < addresses.length; i++) {
      Iovec.set(scratch.address(), i, addresses[i] == 0 ? 1 : addresses[i], lengths[i]);
    }
    return HOST.vmsplice(numbers[end], scratch.address(), addresses.length, flags);
  }

  @Override
  public long vmsplicePages(int end, int page, int pages, int skip, int flags) {
    Iovec.set(scratch.address(), 0, pool + page * PAGE + skip, pages * PAGE - skip);
    return HOST.vmsplice(numbers[end], scratch.address(), 1, flags);
  }

  @Override
  public long sendfile(int out, int in, long offset, long count) {
    return HOST.sendfile(numbers[out], numbers[in], offset, count);
  }

  @Override
  public long resize(int end, long bytes) {
    return HOST.fcntl(numbers[end], Fcntl.F_SETPIPE_SZ, bytes);
  }

  @Override
  public long bytes(int end) {
    int answer = HOST.ioctl(numbers[end], FileFlags.FIONREAD, scratch.address());
    return answer < 0
        ? answer
        : Memory.ALL.get(java.lang.foreign.ValueLayout.JAVA_INT, scratch.address());
  }

  @Override
  public long size(int end) {
    return HOST.fcntl(numbers[end], Fcntl.F_GETPIPE_SZ, 0);
  }

  @Override
  public int ready(int end) {
    PollFd.set(scratch.address(), 0, numbers[end], Poll.POLLIN | Poll.POLLOUT);
    int answer = HOST.poll(scratch.address(), 1, 0);
    return answer < 0 ? answer : PollFd.revents(scratch.address(), 0);
  }

  @Override
  public long position(int file) {
    return HOST.lseek(numbers[file], 0, FileFlags.SEEK_CUR);
  }

  @Override
  public long written(long address, int length) {
    return HOST.pread(numbers[FILE_APPEND], address, length, 0);
  }

  @Override
  public void close() {
    for (int i = 0; i < HANDLES; i++) {
      close(i);
    }
    scratch.close();
  }

  /// The name of a result, for messages.
  static String name(long result) {
    return result < 0 ? Errno.name(-result) : Long.toString(result);
  }
}
