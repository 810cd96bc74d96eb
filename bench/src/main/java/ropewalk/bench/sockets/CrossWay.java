package ropewalk.bench.sockets;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import ropewalk.bench.peer.Heap;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Maps;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;

/// Sends of one size out of one memory, by plain calls: what the kernel's three ways cost with
/// nothing of ours between. A subject says how one send is made and how completions are taken.
///
/// *Hot*: always the same bytes. *Cold*: the next ones of 128 MiB, four times the third-level
/// cache, so that a copy reads them from memory. The memory is in huge pages, as the pool's is.
abstract class CrossWay implements Crossing {
  static final long COLD_BYTES = 128L << 20;
  private static final int QUEUE_BYTES = 4 << 20;
  private static final int PAGE = 4096;
  private static final int HUGE = 2 << 20;

  final HostSyscalls host = HostSyscalls.host();
  private final long memory;
  private final Map<String, Fd> connections = new HashMap<>();

  CrossWay() throws LinuxException {
    int anonymous = Maps.MAP_PRIVATE | Maps.MAP_ANONYMOUS;
    int readWrite = Maps.PROT_READ | Maps.PROT_WRITE;
    long length = COLD_BYTES + HUGE;
    long mapped = host.mmap(0, length, readWrite, anonymous, -1, 0);
    memory = (LinuxException.check(mapped, "mmap", "length", length) + HUGE - 1) & -HUGE;
    int _ = host.madvise(memory, COLD_BYTES, Maps.MADV_HUGEPAGE); // a wish
    var _ = Memory.segment(memory, COLD_BYTES).fill((byte) 1);
  }

  /// Where the memory begins.
  final long memory() {
    return memory;
  }

  @Override
  public final int open(String kind, String address) throws IOException {
    int colon = address.lastIndexOf(':');
    InetSocketAddress to =
        new InetSocketAddress(
            InetAddress.getByName(address.substring(0, colon)),
            Integer.parseInt(address.substring(colon + 1)));
    boolean isTcp = kind.equals("tcp");
    int type = (isTcp ? Sockets.SOCK_STREAM : Sockets.SOCK_DGRAM) | Sockets.SOCK_CLOEXEC;
    int number = host.socket(Sockets.AF_INET, type, 0);
    Fd fd = Fd.of(host, number, "socket", "socket", "to", to);
    connections.put(kind, fd);
    option(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF, QUEUE_BYTES);
    if (isTcp) {
      option(fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
    }
    try (Scratch name = new Scratch(SockAddr.SIZE)) {
      int length = SockAddr.set(name.address(), to);
      LinuxException.check(host.connect(number, name.address(), length), "connect", "to", to);
    }
    prepare(fd);
    return number;
  }

  final void option(Fd fd, int level, int name, int value) throws LinuxException {
    try (Scratch room = new Scratch(Integer.BYTES)) {
      room.segment().set(JAVA_INT, 0, value);
      LinuxException.check(
          host.setsockopt(fd.number(), level, name, room.address(), Integer.BYTES),
          "setsockopt",
          "fd",
          fd,
          "name",
          name);
    }
  }

  @Override
  public final Done send(Order order) throws IOException {
    Fd fd = Objects.requireNonNull(connections.get(order.kind()), order.kind());
    int number = fd.number();
    int size = order.size();
    int step = order.mode() == Order.Mode.HOT ? 0 : (size + PAGE - 1) & -PAGE;
    long heap = Heap.allocated();
    long start = System.nanoTime();
    long at = 0;
    for (int i = 0; i < order.count(); i++) {
      sendOne(number, memory + at, size);
      at += step;
      if (at + size > COLD_BYTES) {
        at = 0;
      }
    }
    long copied = settle(number);
    long nanos = System.nanoTime() - start;
    return new Done(order.count(), nanos, Heap.allocated() - heap, 0, copied * size);
  }

  /// Makes the socket ready.
  void prepare(Fd fd) throws LinuxException {}

  /// Sends `length` bytes, all of them, and takes completions when it has to.
  abstract void sendOne(int number, long address, int length) throws IOException;

  /// Waits for the completions that are still out. Answers how many sends were copied since the
  /// last time.
  abstract long settle(int number) throws IOException;

  @Override
  public void close() {
    connections.values().forEach(Fd::close);
    int _ = host.munmap(memory, COLD_BYTES);
  }
}
