package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.FileFlags;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Mapping;
import ropewalk.linux.Open;
import ropewalk.linux.PollFd;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Pattern;

/// One of two kernels that run the same program: its calls, its memory, its descriptors.
///
/// ```
///   memory   0 .. HALF   patterned, never written: what is sent
///            HALF .. 2 * HALF               : what is received
/// ```
final class Side implements AutoCloseable {
  static final int HALF = 1 << 20;

  final Syscalls calls;
  final Mapping memory;
  final List<Integer> files = new ArrayList<>();
  final List<Integer> pipes = new ArrayList<>();
  final int near;
  final int far;

  Side(Syscalls calls, String folder) throws LinuxException {
    this.calls = calls;
    memory = Mapping.anonymous(calls, 2 * HALF, 0);
    Pattern.fill(sent(), 0);
    for (String name : List.of("a", "b", "c")) {
      int flags = Open.O_RDWR | Open.O_CREAT | Open.O_CLOEXEC;
      files.add(calls.openat2(Open.AT_FDCWD, folder + "/" + name, flags, 0600, 0));
    }
    for (int i = 0; i < 2; i++) {
      long pipe = calls.pipe2(Open.O_NONBLOCK | Open.O_CLOEXEC);
      pipes.add(Syscalls.first(pipe));
      pipes.add(Syscalls.second(pipe));
    }
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
    long pair = calls.socketpair(Sockets.AF_UNIX, type, 0);
    near = Syscalls.first(pair);
    far = Syscalls.second(pair);
  }

  /// The half that is sent from.
  MemorySegment sent() {
    return memory.segment().asSlice(0, HALF);
  }

  /// The half that is received into.
  MemorySegment received() {
    return memory.segment().asSlice(HALF, HALF);
  }

  long from() {
    return memory.address();
  }

  long to() {
    return memory.address() + HALF;
  }

  int file(int index) {
    return files.get(index);
  }

  int source(int pipe) {
    return pipes.get(2 * pipe);
  }

  int target(int pipe) {
    return pipes.get(2 * pipe + 1);
  }

  /// Closes an end for good, or both and opens the pipe anew.
  long reopen(int pipe) {
    calls.close(source(pipe));
    calls.close(target(pipe));
    long pair = calls.pipe2(Open.O_NONBLOCK | Open.O_CLOEXEC);
    pipes.set(2 * pipe, Syscalls.first(pair));
    pipes.set(2 * pipe + 1, Syscalls.second(pair));
    return 0;
  }

  /// Conditions of one descriptor, -errno, or 0.
  long conditions(int fd, int asked) {
    PollFd.set(to(), 0, fd, asked);
    int hits = calls.poll(to(), 1, 0);
    return hits < 0 ? hits : PollFd.revents(to(), 0);
  }

  long size(int file) {
    return calls.lseek(file, 0, FileFlags.SEEK_END);
  }

  @Override
  public void close() {
    List<Integer> all = new ArrayList<>(files);
    all.addAll(pipes);
    all.addAll(List.of(near, far));
    all.forEach(calls::close);
    memory.close();
  }
}
